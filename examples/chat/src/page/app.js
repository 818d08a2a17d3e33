// The browser's own EventSource is all that this page needs: ids, resuming and the end are the server's affair.
const answers = document.getElementById('answers');
const connection = document.getElementById('connection');
const known = new Set();
const ENDS = {
  done: 'finished',
  stopped: 'stopped',
  failed: 'failed',
  abandoned: 'its process was gone for too long',
};

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}

function show({ id, prompt }) {
  if (known.has(id)) return;
  known.add(id);
  const article = element('article');
  article.id = `answer-${id}`;
  const text = element('p', '');
  const state = element('span', 'answering', 'state');
  const stop = element('button', 'Stop');
  stop.type = 'button';
  const foot = element('div', undefined, 'foot');
  foot.append(state, stop);
  article.append(element('h2', prompt), text, foot);
  answers.append(article);

  const source = new EventSource(`/answers/${id}`);
  const over = (words) => {
    source.close();
    state.textContent = words;
    stop.remove();
  };
  source.onopen = () => {
    state.textContent = 'answering';
  };
  source.onmessage = ({ data }) => {
    text.append(data);
    if (document.activeElement?.id === 'prompt') article.scrollIntoView({ block: 'end' });
  };
  source.addEventListener('eventwire:end', ({ data }) => over(ENDS[JSON.parse(data).outcome] ?? 'ended'));
  source.onerror = () => {
    // 204 or 404: it is over, or gone.
    if (source.readyState === EventSource.CLOSED) over('gone');
    else state.textContent = 'reconnecting';
  };
  stop.onclick = () => fetch(`/answers/${id}`, { method: 'DELETE' });
}

const questions = new EventSource('/questions');
questions.addEventListener('question', ({ data }) => show(JSON.parse(data)));
questions.onopen = () => {
  connection.textContent = 'connected';
};
questions.onerror = () => {
  connection.textContent = 'reconnecting';
};

document.getElementById('restart').onclick = () => fetch('/restart', { method: 'POST' }).catch(() => {});
document.getElementById('ask').onsubmit = async (event) => {
  event.preventDefault();
  const input = document.getElementById('prompt');
  const response = await fetch('/questions', { method: 'POST', body: input.value }).catch(() => undefined);
  if (response?.ok) input.value = '';
};
