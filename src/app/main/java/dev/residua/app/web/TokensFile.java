package dev.residua.app.web;

import dev.residua.access.AccessTokens;
import dev.residua.access.Person;
import dev.residua.app.process.FileStamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of a file, read again after it has changed. A changed file that cannot be used is
 * reported once, and the tokens from before stay in force until it is corrected. For any thread.
 */
public final class TokensFile {
  /** Longest file, in bytes. */
  static final long MAX_BYTES = 8 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(TokensFile.class);
  private static final long PAUSE_NANOS = 1_000_000_000L;

  private final Path file;
  private final LongSupplier nanoTime;
  private volatile AccessTokens tokens;
  private @Nullable FileStamp stamp;
  private long checkedAt;

  /**
   * Reads a file.
   *
   * @param nanoTime clock, so that the file is looked at no more than once per second
   * @throws IllegalArgumentException with a sentence, if it cannot be used
   */
  public TokensFile(Path file, LongSupplier nanoTime) {
    this.file = file;
    this.nanoTime = nanoTime;
    try {
      stamp = FileStamp.of(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    tokens = tokens(file);
    checkedAt = nanoTime.getAsLong();
  }

  /**
   * The tokens that a file has now.
   *
   * @throws IllegalArgumentException with a sentence, if it cannot be used
   */
  public static AccessTokens tokens(Path file) {
    try {
      return read(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "residua.http.tokens-file %s, %s".formatted(file, e.getMessage()), e);
    }
  }

  private static IllegalArgumentException unreadable(Path file, IOException why) {
    return new IllegalArgumentException(
        "residua.http.tokens-file %s cannot be read: %s".formatted(file, why), why);
  }

  /** The person of a token, by the file as it is now. */
  public Optional<Person> person(String token) {
    refresh();
    return tokens.person(token);
  }

  private synchronized void refresh() {
    long now = nanoTime.getAsLong();
    if (now - checkedAt < PAUSE_NANOS) {
      return;
    }
    checkedAt = now;
    FileStamp seen = null;
    try {
      seen = FileStamp.of(file);
      if (seen.equals(stamp)) {
        return;
      }
      tokens = read(file);
      LOG.info("tokens were read again: file={} count={}", file, tokens.size());
    } catch (IOException | IllegalArgumentException e) {
      if (seen != null || stamp != null) {
        LOG.error(
            "the tokens file cannot be used, the earlier tokens stay valid: file={} reason={}",
            file,
            e.getMessage());
      }
    }
    stamp = seen;
  }

  private static AccessTokens read(Path file) throws IOException {
    long bytes = Files.size(file);
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "it has %d bytes, at most %d are read".formatted(bytes, MAX_BYTES));
    }
    return AccessTokens.parse(Files.readString(file, StandardCharsets.UTF_8));
  }
}
