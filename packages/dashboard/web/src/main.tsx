// Starts the page.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { applyScheme, storedScheme } from './theme/preferences.js';
import './theme/tokens.css';
import './theme/page.css';
import './theme/panels.css';
import './theme/fields.css';
import './theme/chart.css';
import './theme/lanes.css';
import './theme/tables.css';
import './theme/dialog.css';

const root = document.getElementById('page');
if (root === null) throw new Error('expected an element with the id "page" to draw on');
applyScheme(storedScheme());
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
