import type { CompressedBatch } from './assembly.ts';
import type { Codec } from './frame.ts';
import { CodecException } from './wire-error.ts';
import { hex64 } from './batch-decoder.ts';
import { xxh3 } from './xxh3.ts';

/** What this browser can unfold, best first. Some have zstd by now, all have gzip. */
export function supportedCodecs(): Codec[] {
  return [...(['zstd', 'gzip'] as const).filter(canUnfold), 'none'];
}

function canUnfold(codec: 'zstd' | 'gzip'): boolean {
  try {
    new DecompressionStream(codec as CompressionFormat);
    return true;
  } catch {
    return false;
  }
}

/**
 * The encoded batch inside: unfolded to exactly what was announced and its checksum compared (P49).
 */
export async function decompress(batch: CompressedBatch): Promise<Uint8Array> {
  const { codec, rawBytes, checksum } = batch.header;
  const raw = codec === 'none' ? batch.data : await unfold(batch.data, codec, rawBytes);
  if (raw.length !== rawBytes) {
    throw new CodecException('COMPRESSION', `${raw.length} bytes unfolded, ${rawBytes} were announced`);
  }
  const [low, high] = xxh3(raw);
  if (low !== checksum[0] || high !== checksum[1]) {
    throw new CodecException(
      'CHECKSUM',
      `batch ${batch.number} has checksum ${hex64([low, high])}: ${hex64(checksum)} expected`,
    );
  }
  return raw;
}

/** Stops at the size announced: what unfolds to more is refused before it is kept. */
export async function unfold(data: Uint8Array<ArrayBuffer>, codec: Codec, rawBytes: number): Promise<Uint8Array> {
  const raw = new Uint8Array(rawBytes);
  let size = 0;
  try {
    const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream(codec as CompressionFormat));
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return raw.subarray(0, size);
      }
      if (size + value.length > rawBytes) {
        void reader.cancel().catch(() => undefined);
        throw new CodecException('COMPRESSION', `more than the ${rawBytes} bytes announced`);
      }
      raw.set(value, size);
      size += value.length;
    }
  } catch (e) {
    if (e instanceof CodecException) {
      throw e;
    }
    throw new CodecException('COMPRESSION', `${codec} refuses ${data.length} bytes: ${String(e)}`);
  }
}
