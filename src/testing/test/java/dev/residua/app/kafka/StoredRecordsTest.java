package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoredRecordsTest {
  private static final Duration WEEK = Duration.ofDays(7);

  @Test
  void deletesWhatIsOfTheSourceAlone() {
    StoredRecords records = new StoredRecords();
    records.add(0, 10, 1_000, true);
    records.add(0, 11, 2_000, true);
    records.add(0, 12, 3_000, false);
    assertThat(records.own()).isEqualTo(2);
    assertThat(records.others()).isZero();
    assertThat(records.deletions(false)).isEqualTo(Map.of(0, 12L));
    assertThat(records.left(false)).isZero();
    assertThat(records.leftUntil(WEEK, false)).isEmpty();
  }

  @Test
  void leavesWhatOthersWouldLoseTheirRecordsFor() {
    StoredRecords records = new StoredRecords();
    records.add(0, 10, 1_000, true);
    records.add(1, 7, 1_000, false);
    records.add(1, 8, 5_000, true);
    records.add(1, 9, 4_000, true);
    records.add(1, 10, 6_000, false);
    assertThat(records.deletions(false)).isEqualTo(Map.of(0, 11L));
    assertThat(records.left(false)).isEqualTo(2);
    assertThat(records.leftUntil(WEEK, false)).contains(Instant.ofEpochMilli(5_000).plus(WEEK));
    // With the others
    assertThat(records.others()).isEqualTo(1);
    assertThat(records.deletions(true)).isEqualTo(Map.of(0, 11L, 1, 10L));
    assertThat(records.left(true)).isZero();
    assertThat(records.leftUntil(WEEK, true)).isEmpty();
  }

  @Test
  void deletesNothingWhereNothingIsStored() {
    StoredRecords records = new StoredRecords();
    records.add(0, 1, 1, false);
    assertThat(records.deletions(true)).isEmpty();
    assertThat(records.own()).isZero();
  }
}
