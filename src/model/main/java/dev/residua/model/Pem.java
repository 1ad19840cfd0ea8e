package dev.residua.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys and certificates as text (RFC 7468). */
public final class Pem {
  public static final String CERTIFICATE = "CERTIFICATE";
  public static final String PRIVATE = "PRIVATE KEY";
  static final String PUBLIC = "PUBLIC KEY";

  private static final int MAX_BYTES = 1 << 14;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private Pem() {}

  /**
   * Reads the content of the only block.
   *
   * @param kind expected kind of the block
   * @throws IOException if the file cannot be read or has another content; the message names the
   *     file and never contains its content
   */
  static byte[] read(Path file, String kind) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new IOException("key file " + file + " does not exist", e);
    }
    Matcher block = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    if (bytes.length > MAX_BYTES || !block.find()) {
      throw new IOException(
          "key file %s has no block of PEM, expected -----BEGIN %s-----".formatted(file, kind));
    }
    if (!block.group(1).equals(kind)) {
      throw new IOException(
          "key file %s has a %s, expected a %s".formatted(file, block.group(1), kind));
    }
    byte[] content;
    try {
      content = Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "key file %s is damaged: its %s is not Base64".formatted(file, kind), e);
    }
    if (block.find()) {
      throw new IOException("key file %s has several blocks, expected one".formatted(file));
    }
    return content;
  }

  /** Returns the block of a kind, in ASCII. */
  public static byte[] write(String kind, byte[] content) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
