import { createApp, h, ref } from 'vue';
import { useEventStream } from '../vue';
import { expose, output } from './page';

const topic = ref<string>();

const Events = {
  setup() {
    const events = ref<string[]>([]);
    // biome-ignore lint/correctness/useHookAtTopLevel: the rule is React's
    const state = useEventStream(
      () => `/events?topic=${topic.value}`,
      ({ data }) => events.value.push(data),
    );
    return () => h('p', { id: 'events', 'data-state': state.value }, events.value.join(' '));
  },
};

createApp(() => topic.value && h(Events)).mount(output('root'));
expose({
  show: (shown) => {
    topic.value = shown;
  },
});
