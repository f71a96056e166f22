// What a deploy to real engines takes, behind ssh, and what users notice of it.
import { measured } from '../measured.js';

const PATIENCE_MS = 1_200_000;

export async function measure() {
  return measured('docker', { patience: PATIENCE_MS });
}
