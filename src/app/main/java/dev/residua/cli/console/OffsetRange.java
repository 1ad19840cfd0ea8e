package dev.residua.cli.console;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Offsets that a command reads from a topic.
 *
 * @param partition the only partition to read; null for all
 * @param from first offset, at least 0
 * @param until offset after the last
 */
public record OffsetRange(@Nullable Integer partition, long from, long until) {
  /** The whole topic. */
  public static final OffsetRange ALL = new OffsetRange(null, 0, Long.MAX_VALUE);

  boolean includes(TopicPartition candidate) {
    return partition == null || partition == candidate.partition();
  }

  /** Reads {@code A..B} or {@code P:A..B}; A and B may be missing. */
  public static final class Converter implements ITypeConverter<OffsetRange> {
    private static final Pattern RANGE =
        Pattern.compile("(?:(\\d{1,9}):)?(\\d{0,18})\\.\\.(\\d{0,18})");

    @Override
    public OffsetRange convert(String text) {
      Matcher matcher = RANGE.matcher(text);
      if (matcher.matches()) {
        OffsetRange range =
            new OffsetRange(
                matcher.group(1) == null ? null : Integer.valueOf(matcher.group(1)),
                offset(matcher.group(2), 0),
                offset(matcher.group(3), Long.MAX_VALUE));
        if (range.from < range.until) {
          return range;
        }
      }
      throw new TypeConversionException(
          "must be A..B or P:A..B with A < B, such as 100..2000 or 0:17..18, but was '%s'"
              .formatted(text));
    }

    private static long offset(String text, long otherwise) {
      return text.isEmpty() ? otherwise : Long.parseLong(text);
    }
  }
}
