import { connect, type EventStreamMessage } from '@eventwire/client';
import { type MaybeRefOrGetter, onMounted, type Ref, readonly, ref, toValue, watch } from 'vue';

export type StreamState = 'connecting' | 'open' | 'waiting' | 'closed';

/** Follows the stream at `url` while the component is mounted; what its connection is doing. */
export function useEventStream(
  url: MaybeRefOrGetter<string>,
  onEvent: (event: EventStreamMessage) => void,
): Readonly<Ref<StreamState>> {
  const state = ref<StreamState>('connecting');
  const follow = (address: string) => {
    state.value = 'connecting';
    return connect(address, {
      onEvent,
      onOpen: () => {
        state.value = 'open';
      },
      onReconnect: () => {
        state.value = 'waiting';
      },
      onClose: ({ reason }) => {
        // Closed by the clean-up below, another stream has taken its place.
        if (reason !== 'closed') state.value = 'closed';
      },
    });
  };
  // Not in setup, which runs on the server too.
  onMounted(() => {
    watch(
      () => toValue(url),
      (address, _before, onCleanup) => {
        const stream = follow(address);
        onCleanup(() => stream.close()); // another URL, or unmounted
      },
      { immediate: true },
    );
  });
  return readonly(state);
}
