package dev.residua.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.avro.CalibrationPhase;
import dev.residua.avro.DriftScore;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class DriftScoreMapperTest {
  private static DriftScore score(int revision) {
    DriftScore score = new DriftScore();
    score.setSource("cam1");
    score.setCapturedAt(Instant.parse("2026-01-02T03:04:05Z"));
    score.setModelId("model-1");
    score.setModelDigest("0123456789ab");
    score.setPerScale(List.of(1f));
    score.setScales(List.of(1));
    score.setPhase(CalibrationPhase.ARMED);
    score.setRevision(revision);
    score.setPValues(List.of());
    return score;
  }

  @Test
  void shouldRefuseARevisionThatCannotBe() {
    assertThat(DriftScoreMapper.toDomain(score(0)).calibration().revision()).isZero();
    assertThatThrownBy(() -> DriftScoreMapper.toDomain(score(-1)))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("revision of a calibration must be at least 0 but was -1");
  }
}
