// Ends the session of a person who came with a token.
import { Button } from '../fields/button.js';
import { announce } from '../notice/announcer.js';
import { end, RequestError } from '../requests/request.js';
import { useSession } from './session.js';

export function SignOut() {
  const { isByToken, csrf } = useSession();
  if (!isByToken) return null;
  // A page that is loaded anew has let go of the live stream, and of all that it knew.
  const signOut = () => void end('api/session', csrf).then(() => location.reload(), refused);
  return <Button onClick={signOut}>Sign out</Button>;
}

function refused(error: unknown): void {
  if (error instanceof RequestError && error.status === 401) return location.reload();
  announce(`You are still signed in. ${error instanceof Error ? error.message : String(error)}`);
}
