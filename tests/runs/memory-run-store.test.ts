import { createMemoryRunStore } from '@eventwire/server';
import { describeRunStore } from '@eventwire/testing/run-store';
import { describe, expect, it } from 'vitest';

describeRunStore('createMemoryRunStore', () => createMemoryRunStore(), { describe, it, expect });
