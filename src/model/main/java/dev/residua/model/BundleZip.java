package dev.residua.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the zip of an untrusted bundle. The file must be entries, directory and end record, one
 * after the other without a byte before, between or behind them, and the directory must agree with
 * the entries: so there is one way to read it, and nothing in it that is not read. The unpacked
 * size of an entry is bounded while it unpacks; no size that the file claims is ever allocated.
 *
 * <p>Not a general reader: no zip64, encryption, comments, or methods but stored and deflated.
 */
final class BundleZip {
  /** Largest file, in bytes. */
  static final int MAX_FILE_BYTES = 256 << 20;

  /** Most entries. */
  static final int MAX_ENTRIES = 64;

  /** Largest entry unpacked, in bytes. */
  static final int MAX_ENTRY_BYTES = 128 << 20;

  /** Largest entry that people can read ({@code .json}, {@code .txt}), unpacked, in bytes. */
  static final int MAX_TEXT_BYTES = 1 << 20;

  /** Largest sum of all entries unpacked, in bytes. */
  static final int MAX_TOTAL_BYTES = 256 << 20;

  private static final int MAX_NAME = 80;
  private static final int MAX_EXTRA = 256;
  static final Pattern NAME = Pattern.compile("[a-z0-9]+(/[a-z0-9_-]+)?(\\.[a-z0-9]+)?");

  private static final int LOCAL = 0x04034b50;
  private static final int DESCRIPTOR = 0x08074b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int DESCRIPTOR_BYTES = 16;

  /** Level of compression (2 bits), sizes behind the content, names in UTF-8. */
  private static final int ALLOWED_FLAGS = 0x806 | 0x8;

  private static final int ENCRYPTED = 0x2041;
  private static final int SIZES_BEHIND = 0x8;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;
  private static final int ZIP64_EXTRA = 1;
  private static final int CHUNK = 1 << 16;

  private final ByteBuffer file;
  private final String origin;
  private long left = MAX_TOTAL_BYTES;

  private BundleZip(byte[] file, String origin) {
    this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    this.origin = origin;
  }

  /**
   * Reads all entries, in the order of the file.
   *
   * @param origin origin of the bytes, for messages
   */
  static Map<String, byte[]> read(InputStream in, String origin)
      throws IOException, BadBundleException {
    byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
    if (bytes.length > MAX_FILE_BYTES) {
      throw new BadBundleException(
          "model bundle %s is larger than %d MiB".formatted(origin, MAX_FILE_BYTES >> 20));
    }
    return new BundleZip(bytes, origin).entries();
  }

  private Map<String, byte[]> entries() throws BadBundleException {
    int size = file.capacity();
    if (size < 4 || file.getInt(0) != LOCAL) {
      throw new BadBundleException(
          "%s is not a model bundle: its %d bytes do not start with an entry of a zip"
              .formatted(origin, size));
    }
    int end = size - END_BYTES;
    if (end < 0 || file.getInt(end) != END || u2(end + 20) != 0) {
      throw damaged(
          "its last %d bytes are not the end of a zip: it is cut short, or something follows"
              .formatted(END_BYTES));
    }
    int count = u2(end + 10);
    if (count > MAX_ENTRIES) {
      throw new BadBundleException(
          "model bundle %s has %d entries, expected at most %d"
              .formatted(origin, count, MAX_ENTRIES));
    }
    long directoryBytes = u4(end + 12);
    long directory = u4(end + 16);
    if (u4(end + 4) != 0 || u2(end + 8) != count || directory + directoryBytes != end) {
      throw damaged(
          "its directory has %d bytes at %d, expected to end at byte %d"
              .formatted(directoryBytes, directory, end));
    }
    Map<String, byte[]> entries = new LinkedHashMap<>();
    int at = (int) directory;
    int local = 0;
    for (int i = 0; i < count; i++) {
      if (at + CENTRAL_BYTES > end || file.getInt(at) != CENTRAL) {
        throw damaged("its directory ends after %d of %d entries".formatted(i, count));
      }
      int nameBytes = u2(at + 28);
      int extraBytes = u2(at + 30);
      int next = at + CENTRAL_BYTES + nameBytes + extraBytes;
      if (next > end || u2(at + 32) != 0) {
        throw damaged("its directory ends within entry %d, or has a comment".formatted(i + 1));
      }
      String name = name(at + CENTRAL_BYTES, nameBytes);
      checkExtra(name, at + CENTRAL_BYTES + nameBytes, extraBytes);
      if (u4(at + 42) != local) {
        throw damaged(
            "the directory has entry %s at byte %d, expected %d, behind the one before"
                .formatted(name, u4(at + 42), local));
      }
      local = content(name, at, local, (int) directory, entries);
      at = next;
    }
    if (at != end || local != directory) {
      throw damaged(
          "%d bytes lie between its entries and its directory, and %d behind the directory"
              .formatted(directory - local, end - at));
    }
    return entries;
  }

  /**
   * Reads one entry.
   *
   * @param central start of its description in the directory
   * @param local its start
   * @param limit start of the directory
   * @return start of the next one
   */
  private int content(String name, int central, int local, int limit, Map<String, byte[]> entries)
      throws BadBundleException {
    int flags = u2(central + 8);
    int method = u2(central + 10);
    long crc = u4(central + 16);
    long packed = u4(central + 20);
    long unpacked = u4(central + 24);
    if ((flags & ENCRYPTED) != 0) {
      throw bad(name, "is encrypted (flags %04x), expected a plain entry".formatted(flags));
    }
    if ((flags & ~ALLOWED_FLAGS) != 0 || (method != STORED && method != DEFLATED)) {
      throw bad(
          name,
          "has flags %04x and method %d, expected stored (0) or deflated (8)"
              .formatted(flags, method));
    }
    int max = name.endsWith(".json") || name.endsWith(".txt") ? MAX_TEXT_BYTES : MAX_ENTRY_BYTES;
    if (unpacked > max) {
      throw bad(name, "unpacks to %d bytes, expected at most %d".formatted(unpacked, max));
    }
    if (unpacked > left) {
      throw new BadBundleException(
          "model bundle %s unpacks to more than %d MiB".formatted(origin, MAX_TOTAL_BYTES >> 20));
    }
    if (local + LOCAL_BYTES > limit || file.getInt(local) != LOCAL) {
      throw bad(name, "does not start at byte %d as the directory says".formatted(local));
    }
    int nameBytes = u2(local + 26);
    int extraBytes = u2(local + 28);
    long data = (long) local + LOCAL_BYTES + nameBytes + extraBytes;
    boolean behind = (flags & SIZES_BEHIND) != 0;
    long next = data + packed + (behind ? DESCRIPTOR_BYTES : 0);
    if (next > limit) {
      throw bad(name, "has %d bytes, which reach into the directory".formatted(packed));
    }
    checkExtra(name, local + LOCAL_BYTES + nameBytes, extraBytes);
    boolean agrees =
        name.equals(name(local + LOCAL_BYTES, nameBytes))
            && u2(local + 6) == flags
            && u2(local + 8) == method
            && (behind
                ? file.getInt((int) (data + packed)) == DESCRIPTOR
                    && sizes((int) (data + packed) + 4, crc, packed, unpacked)
                    && (sizes(local + 14, 0, 0, 0) || sizes(local + 14, crc, packed, unpacked))
                : sizes(local + 14, crc, packed, unpacked));
    if (!agrees) {
      throw bad(name, "has another name, kind or size than the directory says");
    }
    byte[] content =
        method == STORED
            ? stored(name, (int) data, packed, unpacked)
            : inflated(name, (int) data, (int) packed, (int) unpacked);
    CRC32 check = new CRC32();
    check.update(content);
    if (check.getValue() != crc) {
      throw bad(
          name, "is damaged: its CRC-32 is %08x, expected %08x".formatted(check.getValue(), crc));
    }
    left -= content.length;
    if (entries.put(name, content) != null) {
      throw new BadBundleException(
          "model bundle %s has the entry %s twice".formatted(origin, name));
    }
    return (int) next;
  }

  private byte[] stored(String name, int data, long packed, long unpacked)
      throws BadBundleException {
    if (packed != unpacked) {
      throw bad(name, "is stored with %d bytes, expected %d".formatted(packed, unpacked));
    }
    return Arrays.copyOfRange(file.array(), data, data + (int) packed);
  }

  private byte[] inflated(String name, int data, int packed, int unpacked)
      throws BadBundleException {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(file.array(), data, packed);
      ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(unpacked, CHUNK));
      byte[] chunk = new byte[CHUNK];
      while (!inflater.finished()) {
        int n = inflater.inflate(chunk);
        if (n == 0 && !inflater.finished()) {
          throw bad(name, "is damaged: it is cut short after %d bytes".formatted(out.size()));
        }
        if (out.size() + n > unpacked) {
          throw bad(
              name,
              "is damaged: it unpacks to more than the %d bytes it claims".formatted(unpacked));
        }
        out.write(chunk, 0, n);
      }
      if (out.size() != unpacked || inflater.getRemaining() > 0) {
        throw bad(
            name,
            "is damaged: it unpacks to %d bytes with %d left over, expected %d and none"
                .formatted(out.size(), inflater.getRemaining(), unpacked));
      }
      return out.toByteArray();
    } catch (DataFormatException e) {
      throw new BadBundleException(
          "model bundle %s: entry %s is damaged: %s".formatted(origin, name, e.getMessage()), e);
    } finally {
      inflater.end();
    }
  }

  private String name(int at, int bytes) throws BadBundleException {
    String name =
        new String(file.array(), at, Math.min(bytes, MAX_NAME + 1), StandardCharsets.UTF_8);
    if (bytes > MAX_NAME || !NAME.matcher(name).matches()) {
      throw new BadBundleException(
          "model bundle %s has an entry with the name '%s'%s, expected names like 'calibration/drift.bin'"
              .formatted(
                  origin,
                  SafeText.of(name),
                  bytes > MAX_NAME ? " and so on, %d bytes".formatted(bytes) : ""));
    }
    return name;
  }

  private void checkExtra(String name, int at, int bytes) throws BadBundleException {
    if (bytes > MAX_EXTRA || at + bytes > file.capacity()) {
      throw bad(name, "has %d extra bytes, expected at most %d".formatted(bytes, MAX_EXTRA));
    }
    for (int i = at; i + 4 <= at + bytes; i += 4 + u2(i + 2)) {
      if (u2(i) == ZIP64_EXTRA) {
        throw bad(name, "is in zip64, expected an entry of less than 4 GiB");
      }
    }
  }

  private boolean sizes(int at, long crc, long packed, long unpacked) {
    return u4(at) == crc && u4(at + 4) == packed && u4(at + 8) == unpacked;
  }

  private int u2(int at) {
    return Short.toUnsignedInt(file.getShort(at));
  }

  private long u4(int at) {
    return Integer.toUnsignedLong(file.getInt(at));
  }

  private BadBundleException damaged(String how) {
    return new BadBundleException("model bundle %s is damaged: %s".formatted(origin, how));
  }

  private BadBundleException bad(String name, String how) {
    return new BadBundleException("model bundle %s: entry %s %s".formatted(origin, name, how));
  }
}
