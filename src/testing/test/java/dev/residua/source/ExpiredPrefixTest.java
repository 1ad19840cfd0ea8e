package dev.residua.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.source.ExpiredPrefix.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExpiredPrefixTest {
  private static final Instant T0 = Instant.parse("2026-11-01T00:00:00Z");

  private static SourceRules rules(Duration a, @Nullable Duration b) {
    return new SourceRules(
        List.of(
            SourceRule.of("a", "a").withRevision(1).withRetention(a),
            SourceRule.of("b", "b").withRevision(1).withRetention(b)));
  }

  private static Stored stored(long offset, long hours, @Nullable String source) {
    return new Stored(offset, T0.plus(Duration.ofHours(hours)), source);
  }

  @Test
  void shouldEndBeforeTheFirstRecordThatASourceKeeps() {
    // Given
    SourceRules rules = rules(Duration.ofDays(1), Duration.ofDays(3));
    Instant now = T0.plus(Duration.ofDays(2));
    ExpiredPrefix prefix = new ExpiredPrefix(5);

    // When, Then
    assertThat(prefix.isOpen(rules, now)).isTrue();
    assertThat(prefix.examine(stored(5, 0, "a"), rules, now)).isTrue();
    assertThat(prefix.examine(stored(8, 24, "a"), rules, now)).as("exactly one day").isTrue();
    assertThat(prefix.end()).isEqualTo(9);
    assertThat(prefix.examine(stored(9, 0, "b"), rules, now)).isFalse();
    assertThat(prefix.end()).isEqualTo(9);
    assertThat(prefix.isOpen(rules, now)).isFalse();
    assertThat(prefix.kept().orElseThrow().expiresAt(rules)).hasValue(T0.plus(Duration.ofDays(3)));
    assertThat(prefix.isOpen(rules, T0.plus(Duration.ofDays(3)))).isTrue();
  }

  @Test
  void shouldNotKeepARecordOfTheFutureForLongerThanItsRetention() {
    // Given
    SourceRules rules = rules(Duration.ofDays(1), null);
    ExpiredPrefix prefix = new ExpiredPrefix(0);

    // When
    prefix.examine(stored(0, 1_000_000, "a"), rules, T0);

    // Then
    assertThat(prefix.kept().orElseThrow().expiresAt(rules)).hasValue(T0.plus(Duration.ofDays(1)));
    Instant later = T0.plus(Duration.ofDays(1));
    assertThat(prefix.isOpen(rules, later)).isTrue();
    assertThat(prefix.examine(stored(0, 1_000_000, "a"), rules, later)).isTrue();
  }

  @Test
  void shouldKeepWhatHasNoRetentionOfItsOwnAndWhatNamesNoSource() {
    SourceRules rules = rules(Duration.ofDays(1), null);
    Instant now = T0.plus(Duration.ofDays(1_000));
    for (String source : new String[] {"b", "other", null}) {
      ExpiredPrefix prefix = new ExpiredPrefix(0);
      assertThat(prefix.examine(stored(0, 0, source), rules, now)).as(source).isFalse();
      assertThat(prefix.end()).isZero();
      prefix.startAt(1); // the retention of the topic has deleted it
      assertThat(prefix.isOpen(rules, now)).isTrue();
      assertThat(prefix.examine(stored(1, 0, "a"), rules, now)).isTrue();
    }
  }

  @Test
  void shouldRefuseRecordsThatWereExamined() {
    SourceRules rules = rules(Duration.ofDays(1), null);
    ExpiredPrefix prefix = new ExpiredPrefix(7);
    assertThatThrownBy(() -> prefix.examine(stored(6, 0, "a"), rules, T0))
        .hasMessageContaining("expected one from 7 on");
  }

  /** The slow twin: from the start, at every time, over all records. */
  private static long expected(List<Stored> records, long start, SourceRules rules, Instant now) {
    long end = start;
    for (Stored record : records) {
      Duration retention = record.source() == null ? null : rules.of(record.source()).retention();
      if (record.offset() < start) {
        continue;
      }
      if (retention == null || now.isBefore(record.writtenAt().plus(retention))) {
        return record.offset(); // gaps of transactions before it hold nothing
      }
      end = record.offset() + 1;
    }
    return end;
  }

  @Test
  void shouldFindTheSamePrefixAsALookAtAllRecords() {
    String[] sources = {"a", "a", "a", "b", "b", null};
    long deleted = 0;
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      SourceRules rules =
          rules(
              Duration.ofHours(1 + random.nextInt(20)),
              seed % 3 == 0 ? null : Duration.ofHours(1 + random.nextInt(40)));
      List<Stored> records = new ArrayList<>();
      long offset = random.nextInt(3);
      int known = seed % 2 == 0 ? sources.length : sources.length - 1;
      for (int i = 0; i < 60; i++) {
        records.add( // times of producers are not in order
            stored(offset, i / 2 + random.nextInt(5), sources[random.nextInt(known)]));
        offset += 1 + random.nextInt(2); // offsets of transactions are left out
      }
      ExpiredPrefix prefix = new ExpiredPrefix(0);
      long start = 0;
      for (int hour = 0; hour < 100; hour += 1 + random.nextInt(6)) {
        Instant now = T0.plus(Duration.ofHours(hour));
        // Clocks of producers are not fast here: a record comes at its time or later
        List<Stored> there =
            records.subList(0, Math.min(records.size(), 2 * Math.max(0, hour - 4)));

        // When
        if (random.nextInt(10) == 0) { // the retention of the topic
          start = Math.max(start, prefix.end()) + random.nextInt(3);
          prefix.startAt(start);
        }
        if (prefix.isOpen(rules, now)) {
          for (Stored record : there) {
            if (record.offset() >= prefix.end() && !prefix.examine(record, rules, now)) {
              break;
            }
          }
        }

        // Then
        assertThat(prefix.end()).as("seed %d", seed).isEqualTo(expected(there, start, rules, now));
      }
      deleted += prefix.end();
    }
    assertThat(deleted).as("of all seeds").isGreaterThan(10_000);
  }
}
