import { publish } from './actions';
import { Headlines } from './headlines';

export default function Page() {
  return (
    <>
      <form action={publish}>
        <input name="text" />
        <button type="submit">Publish</button>
      </form>
      <Headlines />
    </>
  );
}
