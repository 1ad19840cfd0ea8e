package dev.residua.renewal.selection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.FramePosition;
import dev.residua.incident.ControlCommand.Period;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FrameSelectionTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final SelectionSettings SETTINGS =
      SelectionSettings.DEFAULTS.with(
          c -> {
            c.trainingFrames(300);
            c.calibrationFrames(400);
            c.heldOutFrames(200);
            c.minStretchFrames(20);
            c.separationFrames(15);
          });

  static List<FrameCandidate> source(String name, int partition, int frames) {
    List<FrameCandidate> all = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      all.add(
          new FrameCandidate(
              name,
              new FramePosition("f", partition, i + 7L),
              START.plusMillis(50L * i),
              i,
              false));
    }
    return all;
  }

  private static FrameSelection.Plan plan(Exclusions exclusions, List<FrameCandidate> frames) {
    FrameSelection selection = new FrameSelection(SETTINGS, exclusions);
    frames.forEach(selection::offer);
    return selection.plan();
  }

  private static Exclusions none() {
    return Exclusions.builder().build();
  }

  private static List<Long> sequences(List<FrameCandidate> frames) {
    return frames.stream().map(FrameCandidate::sequence).toList();
  }

  private static void assertInARow(List<List<FrameCandidate>> stretches) {
    for (List<FrameCandidate> stretch : stretches) {
      for (int i = 1; i < stretch.size(); i++) {
        assertThat(stretch.get(i).sequence()).isEqualTo(stretch.get(i - 1).sequence() + 1);
        assertThat(stretch.get(i).source()).isEqualTo(stretch.get(0).source());
      }
    }
  }

  @Test
  void shouldKeepTheLastFramesInARowForCalibrationAndExamination() {
    FrameSelection.Plan plan = plan(none(), source("cam1", 0, 2_000));

    // Of the last 600, a third is held out, 15 before it separate, and the others calibrate
    assertThat(plan.heldOut()).hasSize(1);
    assertThat(plan.heldOut().get(0)).hasSize(200);
    assertThat(sequences(plan.heldOut().get(0))).startsWith(1_800L).endsWith(1_999L);
    assertThat(plan.calibration()).hasSize(1);
    assertThat(sequences(plan.calibration().get(0))).startsWith(1_400L).endsWith(1_784L);
    assertInARow(plan.calibration());
    assertInARow(plan.heldOut());
    assertThat(plan.training()).hasSize(300).allMatch(f -> f.sequence() < 1_400);
    assertThat(plan.leftOut())
        .containsOnly(
            java.util.Map.entry(RejectionReason.SEPARATION, 15L),
            java.util.Map.entry(RejectionReason.NOT_SAMPLED, 1_100L));
    assertThat(plan.offered()).isEqualTo(2_000);
  }

  @Test
  void shouldTrainOnHalfOfFewFrames() {
    // Given 4,690 frames, where the usual settings ask for 8,000, 4,096 and 2,048
    FrameSelection selection = new FrameSelection(SelectionSettings.DEFAULTS, none());
    source("cam1", 0, 4_690).forEach(selection::offer);

    // When
    FrameSelection.Plan plan = selection.plan();

    // Then the newest half calibrates and is held out, two to one
    int separating = SelectionSettings.DEFAULTS.separationFrames();
    assertThat(plan.training()).hasSize(2_345);
    assertThat(plan.calibration().get(0).size() + separating).isEqualTo(1_564);
    assertThat(sequences(plan.heldOut().get(0))).hasSize(781).endsWith(4_689L);
    assertThat(selection.plan()).as("the same choice when asked again").isEqualTo(plan);
  }

  @Test
  void shouldLeaveCalibrationItsShareIfTheSampleIsSmall() {
    // Given 600 frames, where the settings ask for 300, 400 and 200
    FrameSelection.Plan plan = plan(none(), source("cam1", 0, 600));

    assertThat(plan.training()).hasSize(200);
    assertThat(plan.heldOut().get(0)).hasSize(133);
  }

  @Test
  void shouldNotGiveUpCalibrationForALargeSample() {
    // Given settings that ask for many frames to train and few to calibrate
    SelectionSettings settings =
        SETTINGS.with(
            c -> {
              c.trainingFrames(50_000);
              c.calibrationFrames(260);
              c.heldOutFrames(200);
            });
    FrameSelection selection = new FrameSelection(settings, none());
    source("cam1", 0, 1_000).forEach(selection::offer);

    assertThat(selection.plan().heldOut().get(0)).hasSize(200);
  }

  @Test
  void shouldTrainOnFewFramesOfManySources() {
    // Given 20 sources with 300 frames each, for which calibration alone would have room
    FrameSelection selection = new FrameSelection(SelectionSettings.DEFAULTS, none());
    for (int i = 0; i < 20; i++) {
      source("cam" + i, i, 300).forEach(selection::offer);
    }

    // When
    FrameSelection.Plan plan = selection.plan();

    // Then half of the frames train, some of every source
    assertThat(plan.training().stream().map(FrameCandidate::source).distinct()).hasSize(20);
    assertThat(plan.training()).hasSizeBetween(3_000, 3_100);
    assertThat(plan.calibration()).hasSize(11);
  }

  @Test
  void shouldCutStretchesWhereFramesAreMissingOrLeftOut() {
    // Given a gap after frame 1899 and a maintenance of frames 1700 to 1709
    List<FrameCandidate> frames = source("cam1", 0, 2_000);
    frames.remove(1_900);
    Exclusions exclusions =
        Exclusions.builder()
            .span(
                "cam1",
                new Period(START.plusMillis(50 * 1_700), START.plusMillis(50 * 1_710)),
                RejectionReason.MAINTENANCE)
            .build();

    FrameSelection.Plan plan = plan(exclusions, frames);

    // Then the newest stretch, 1901 to 1999, is held out as a whole, and the separation is taken
    // from the end of the one before it
    assertThat(sequences(plan.heldOut().get(0))).startsWith(1_901L).endsWith(1_999L).hasSize(99);
    assertThat(plan.calibration()).hasSize(2);
    assertThat(sequences(plan.calibration().get(0))).endsWith(1_699L);
    assertThat(sequences(plan.calibration().get(1))).startsWith(1_710L).endsWith(1_884L);
    assertInARow(plan.calibration());
    assertThat(plan.leftOut()).containsEntry(RejectionReason.MAINTENANCE, 10L);
  }

  @Test
  void shouldLeaveOutStretchesThatAreTooShort() {
    // Given every twelfth frame missing towards the end, eight of the last 92
    List<FrameCandidate> frames = source("cam1", 0, 2_000);
    frames.removeIf(f -> f.sequence() > 1_900 && f.sequence() % 12 == 0);

    FrameSelection.Plan plan = plan(none(), frames);

    assertThat(sequences(plan.heldOut().get(0))).endsWith(1_907L);
    assertThat(plan.leftOut()).containsKey(RejectionReason.SHORT_STRETCH);
    assertThat(plan.leftOut().get(RejectionReason.SHORT_STRETCH)).isEqualTo(92 - 8);
  }

  @Test
  void shouldUseEveryFrameOnceAtMostAndCountAllOthers() {
    List<FrameCandidate> frames = source("a", 0, 1_000);
    frames.addAll(source("b", 1, 700));
    frames.addAll(source("c", 2, 30));

    FrameSelection.Plan plan = plan(none(), frames);

    List<FrameCandidate> used = new ArrayList<>(plan.training());
    plan.calibration().forEach(used::addAll);
    plan.heldOut().forEach(used::addAll);
    Set<FrameCandidate> distinct = new HashSet<>(used);
    assertThat(distinct).hasSameSizeAs(used);
    assertThat(plan.positions()).hasSameSizeAs(used);
    long left = plan.leftOut().values().stream().mapToLong(Long::longValue).sum();
    assertThat(used.size() + left).isEqualTo(1_730);
    assertThat(plan.heldOut()).extracting(s -> s.get(0).source()).containsExactly("a", "b", "c");
  }

  @Test
  void shouldNotDependOnHowSourcesAreInterleaved() {
    // Given 40 sources, of which there is room for some only
    List<List<FrameCandidate>> partitions = new ArrayList<>();
    List<FrameCandidate> one = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      partitions.add(source("cam" + i, i, 200 + i));
      one.addAll(partitions.get(i));
    }
    List<FrameCandidate> turns = new ArrayList<>();
    for (int i = 0; i < 240; i++) {
      for (int p = 39; p >= 0; p--) {
        if (i < partitions.get(p).size()) {
          turns.add(partitions.get(p).get(i));
        }
      }
    }

    FrameSelection.Plan expected = plan(none(), one);

    assertThat(plan(none(), turns)).isEqualTo(expected);
    assertThat(expected.heldOut()).hasSizeBetween(2, 39);
    assertThat(expected.calibration()).hasSameSizeAs(expected.heldOut());
  }

  @Test
  void shouldTakeBareFilesInARowThoughOtherSourcesLieBetween() {
    // Given files of two sources in turns on one partition, whose sequences are their offsets
    List<FrameCandidate> frames = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      frames.add(
          new FrameCandidate(
              i % 2 == 0 ? "a" : "b",
              new FramePosition("f", 0, i),
              START.plusMillis(25L * i),
              i,
              false));
    }

    FrameSelection.Plan plan = plan(none(), frames);

    assertThat(plan.heldOut()).hasSize(2);
    assertThat(plan.heldOut().get(0)).hasSize(100);
  }

  @Test
  void shouldNotCutAStretchAtAFrameThatWasSentAgain() {
    // Given frame 1950 sent again after frame 1960, and refused for it; and frame 1500 refused
    List<FrameCandidate> frames = source("cam1", 0, 2_000);
    FramePosition again = new FramePosition("f", 0, 9_999);
    frames.add(
        1_961, new FrameCandidate("cam1", again, frames.get(1_950).capturedAt(), 1_950, false));
    Exclusions exclusions =
        Exclusions.builder().deadLetter(again).deadLetter(frames.get(1_500).position()).build();

    FrameSelection.Plan plan = plan(exclusions, frames);

    assertThat(plan.leftOut()).containsEntry(RejectionReason.DEAD_LETTER, 2L);
    assertThat(sequences(plan.heldOut().get(0))).hasSize(200).endsWith(1_999L);
    assertThat(plan.calibration()).hasSize(2);
    assertThat(sequences(plan.calibration().get(1))).startsWith(1_501L);
    assertInARow(plan.heldOut());
  }
}
