// Announces in a corner, and to screen readers, what has happened.
import { Toast } from '@base-ui/react/toast';

const manager = Toast.createToastManager();
const shownForMs = 6_000;

export function announce(text: string): void {
  manager.add({ title: text, timeout: shownForMs });
}

export function Announcer() {
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className="announcements">
          <Announcements />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Announcements() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="announcement">
      <Toast.Title render={<span />} />
      <Toast.Close className="button button-plain" aria-label="Dismiss">
        ✕
      </Toast.Close>
    </Toast.Root>
  ));
}
