// How a printed chart looks: quiet, with the dashboard's colours for the states of a consumer.

export const STYLE = [
  'text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;fill:#17202b}',
  '.name{font-size:14px;font-weight:600}.middle{text-anchor:middle}.label{fill:#5f6b7a}',
  'rect{fill:#fff;stroke:#98a2b0;stroke-width:1.5}.group{fill:#98a2b0;fill-opacity:.06}.final{stroke-dasharray:5 3}',
  '.way{fill:none;stroke:#98a2b0;stroke-width:1.4}.tip{fill:#98a2b0}',
  '.fetching{stroke:#1f78d1}.processing{stroke:#0d9488}.acking{stroke:#2f9e44}.rejecting{stroke:#d9480f}.lost{stroke:#8250df}',
  '@media(prefers-color-scheme:dark){text{fill:#e6eaf0}.label{fill:#8b96a5}rect{fill:#151a21;stroke:#5b6675}',
  '.group{fill:#5b6675;fill-opacity:.08}.way{stroke:#5b6675}.tip{fill:#5b6675}',
  '.fetching{stroke:#6cb6ff}.processing{stroke:#2dd4bf}.acking{stroke:#7ee787}.rejecting{stroke:#ff8a5c}.lost{stroke:#d2a8ff}}',
].join('');
