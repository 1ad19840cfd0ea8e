package dev.residua.ingest;

/** Looks into JPEG files without decoding them. */
public final class JpegFile {
  private static final int START_OF_IMAGE = 0xD8;
  private static final int HUFFMAN_TABLES = 0xC4;
  private static final int START_OF_SCAN = 0xDA;

  private JpegFile() {}

  /**
   * Returns true if a file can be read on its own. Pictures of MJPEG videos often leave out the
   * Huffman tables, since these are always the same.
   */
  public static boolean isComplete(byte[] file) {
    if (file.length < 4 || (file[0] & 0xFF) != 0xFF || (file[1] & 0xFF) != START_OF_IMAGE) {
      return false;
    }
    int at = 2;
    while (at + 4 <= file.length && (file[at] & 0xFF) == 0xFF) {
      int marker = file[at + 1] & 0xFF;
      if (marker == HUFFMAN_TABLES) {
        return true;
      }
      if (marker == START_OF_SCAN) {
        return false;
      }
      // A fill byte, or a segment with its length.
      at += marker == 0xFF ? 1 : 2 + ((file[at + 2] & 0xFF) << 8 | file[at + 3] & 0xFF);
    }
    return false;
  }
}
