package dev.residua.renewal.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.FramePosition;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.ModelProvenance;
import dev.residua.renewal.selection.StreamData.Chosen;
import dev.residua.training.TrainingSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamDataTest {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 1);
  private static final List<String> FACTORS = List.of("light", "angle");
  private static final SelectionSettings SETTINGS =
      SelectionSettings.DEFAULTS.with(
          c -> {
            c.trainingFrames(300);
            c.calibrationFrames(400);
            c.heldOutFrames(200);
            c.minStretchFrames(20);
            c.separationFrames(15);
            c.duplicateGreyLevels(0);
          });

  @TempDir Path directory;

  /** A frame shows its sequence and, in its last pixel, what is wanted. */
  private static byte[] picture(FrameCandidate frame, int last) {
    byte[] pixels = new byte[SHAPE.size()];
    new Random(frame.sequence() * 31 + frame.source().hashCode()).nextBytes(pixels);
    pixels[SHAPE.size() - 1] = (byte) last;
    return pixels;
  }

  private static FrameSelection.Plan plan(List<FrameCandidate> frames) {
    FrameSelection selection = new FrameSelection(SETTINGS, Exclusions.builder().build());
    frames.forEach(selection::offer);
    return selection.plan();
  }

  private static List<FrameCandidate> two() {
    List<FrameCandidate> frames = FrameSelectionTest.source("a", 0, 900);
    frames.addAll(FrameSelectionTest.source("b", 1, 500));
    return frames;
  }

  private StreamData.Parts parts(
      FrameSelection.Plan plan, PixelStore store, int last, boolean backwards, int labelled) {
    List<FrameCandidate> all = new ArrayList<>(plan.training());
    plan.calibration().forEach(all::addAll);
    plan.heldOut().forEach(all::addAll);
    if (backwards) {
      Collections.reverse(all);
    }
    Map<FramePosition, Chosen> chosen = new HashMap<>();
    for (FrameCandidate frame : all) {
      double[] readings =
          frame.sequence() < labelled ? new double[] {frame.sequence(), Double.NaN} : null;
      chosen.put(
          frame.position(),
          new Chosen(
              frame, store.add(picture(frame, last), 0), readings, new double[0], PixelMask.NONE));
    }
    return StreamData.of("line", SHAPE, FACTORS, List.of(), store, plan, chosen, SETTINGS);
  }

  private PixelStore store(long memory) {
    return new PixelStore(SHAPE.size(), memory, directory);
  }

  @Test
  void shouldTrainOnTheSampleAndCalibrateOnStretchesBehindIt() {
    FrameSelection.Plan plan = plan(two());
    try (PixelStore store = store(1 << 20)) {
      StreamData.Parts parts = parts(plan, store, 0, false, 0);
      StreamData data = parts.training();
      TrainingSettings settings = data.settings(TrainingSettings.DEFAULTS);

      // What a training makes of the share is the border exactly
      assertThat((int) (settings.trainShare() * data.size())).isEqualTo(data.trained());
      assertThat(data.trained()).isEqualTo(300);
      for (int i = 1; i < data.trained(); i++) {
        assertThat(data.frame(i).capturedAt()).isAfterOrEqualTo(data.frame(i - 1).capturedAt());
      }
      int next = data.trained();
      assertThat(data.sequences()).hasSize(2);
      for (int[] stretch : data.sequences()) {
        for (int i = 0; i < stretch.length; i++) {
          assertThat(stretch[i]).isEqualTo(next++);
          if (i > 0) {
            assertThat(data.frame(stretch[i]).sequence())
                .isEqualTo(data.frame(stretch[i - 1]).sequence() + 1);
          }
        }
      }
      assertThat(next).isEqualTo(data.size());
      // Held out is one stretch a source, newer than what calibrates
      StreamData heldOut = parts.heldOut();
      assertThat(heldOut.trained()).isZero();
      assertThat(heldOut.sequences()).hasSize(2);
      for (int s = 0; s < 2; s++) {
        int[] calibrated = data.sequences().get(s);
        FrameCandidate first = heldOut.frame(heldOut.sequences().get(s)[0]);
        FrameCandidate last = data.frame(calibrated[calibrated.length - 1]);
        assertThat(first.source()).isEqualTo(last.source()).isEqualTo(s == 0 ? "a" : "b");
        assertThat(first.sequence()).isEqualTo(last.sequence() + 16);
      }
    }
  }

  @Test
  void shouldReadEveryFrameBackFromMemoryAndFile() throws Exception {
    FrameSelection.Plan plan = plan(two());
    // Given room for 100 pictures in memory
    try (PixelStore store = store(100L * SHAPE.size())) {
      StreamData data = parts(plan, store, 9, true, 0).training();

      byte[] read = new byte[SHAPE.size() + 3];
      for (int i = 0; i < data.size(); i++) {
        data.read(i, read, 3);
        byte[] expected = picture(data.frame(i), 9);
        assertThat(java.util.Arrays.copyOfRange(read, 3, read.length)).isEqualTo(expected);
      }
      assertThat(store.spilled()).isTrue();
    }
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void shouldHaveADigestOfExactlyItsFrames() {
    FrameSelection.Plan plan = plan(two());
    try (PixelStore one = store(1 << 20);
        PixelStore other = store(0);
        PixelStore changed = store(1 << 20);
        PixelStore labels = store(1 << 20)) {
      StreamData.Parts parts = parts(plan, one, 0, false, 0);
      String digest = parts.training().sha256();

      assertThat(digest).matches("[0-9a-f]{64}");
      // In whatever order the pixels were read
      assertThat(parts(plan, other, 0, true, 0).training().sha256()).isEqualTo(digest);
      // One other pixel, one label, and other frames have other digests
      assertThat(parts(plan, changed, 1, false, 0).training().sha256()).isNotEqualTo(digest);
      assertThat(parts(plan, labels, 0, false, 1_000).training().sha256()).isNotEqualTo(digest);
      assertThat(parts.heldOut().sha256()).isNotEqualTo(digest);
      double[] @Nullable [] anchors = new double[parts.training().size()][];
      anchors[0] = new double[] {1, 2};
      assertThat(parts.training().withAnchors(anchors).sha256()).isNotEqualTo(digest);
    }
  }

  @Test
  void shouldTakeReadingsWhereThereAreEnoughAndAnchorsElsewhere() {
    FrameSelection.Plan plan = plan(two());
    try (PixelStore store = store(1 << 20)) {
      StreamData data = parts(plan, store, 0, false, 1_000).training();
      assertThat(data.factors(0)[0]).isEqualTo(data.frame(0).sequence());
      assertThat(data.factors(0)[1]).isNaN();

      double[] @Nullable [] anchors = new double[data.size()][];
      anchors[1] = new double[] {-1, -2};
      StreamData anchored = data.withAnchors(anchors);

      // light has readings, in its own unit, and no anchor may mix with them
      assertThat(anchored.factors(1)).containsExactly(data.frame(1).sequence(), -2);
      assertThat(anchored.factors(2)[1]).isNaN();
      assertThat(anchored.describe(provenance()).hyperParameters())
          .containsEntry("labels.light", "readings")
          .containsEntry("labels.angle", "champion");
      assertThatThrownBy(() -> data.withAnchors(new double[3][]))
          .hasMessageContaining("for all %d frames but were for 3".formatted(data.size()));
    }
  }

  @Test
  void shouldAnchorAFactorWithTooFewReadings() {
    FrameSelection.Plan plan = plan(FrameSelectionTest.source("a", 0, 900));
    try (PixelStore store = store(1 << 20)) {
      StreamData data = parts(plan, store, 0, false, 10).training();
      double[] @Nullable [] anchors = new double[data.size()][];
      anchors[data.trained() - 1] = new double[] {-1, -2};

      StreamData anchored = data.withAnchors(anchors);

      assertThat(anchored.factors(0)).isNull();
      assertThat(anchored.factors(data.trained() - 1)).containsExactly(-1, -2);
    }
  }

  @Test
  void shouldListItsExactOffsets() {
    FrameSelection.Plan plan = plan(FrameSelectionTest.source("a", 0, 900));
    try (PixelStore store = store(1 << 20)) {
      StreamData.Parts parts = parts(plan, store, 0, false, 0);
      StreamData data = parts.training();

      // Offsets are sequences plus 7; held out are 700..899, calibrated with 300..684
      assertThat(parts.heldOut().ranges()).containsExactly(new OffsetRange("f", 0, 707, 906));
      assertThat(parts.heldOut().dataRange())
          .isEqualTo("f-0@707..906 (0 frames trained on, 200 held out)");
      // All 300 others are in the sample
      assertThat(data.ranges()).containsExactly(new OffsetRange("f", 0, 7, 691));
      assertThat(data.dataRange())
          .isEqualTo("f-0@7..691 (300 frames trained on, 385 calibrated with)");
      ModelProvenance described = data.describe(provenance());
      assertThat(described.dataRange()).isEqualTo(data.dataRange());
      assertThat(described.hyperParameters())
          .containsEntry("steps", "5")
          .containsEntry("leftOut.separation", "15")
          .containsEntry("selection.frames", "900")
          .containsEntry("selection.heldOut", "200");
    }
  }

  @Test
  void shouldEndAStretchBeforeAFrameThatCannotBeRead() {
    FrameSelection.Plan plan = plan(FrameSelectionTest.source("a", 0, 900));
    try (PixelStore store = store(1 << 20)) {
      Map<FramePosition, Chosen> chosen = new HashMap<>();
      for (List<FrameCandidate> list :
          List.of(plan.training(), plan.calibration().get(0), plan.heldOut().get(0))) {
        for (FrameCandidate frame : list) {
          if (frame.sequence() != 400 && frame.sequence() != 710) {
            chosen.put(
                frame.position(),
                new Chosen(
                    frame, store.add(picture(frame, 0), 0), null, new double[0], PixelMask.NONE));
          }
        }
      }

      StreamData.Parts parts =
          StreamData.of("line", SHAPE, FACTORS, List.of(), store, plan, chosen, SETTINGS);

      assertThat(parts.training().sequences()).extracting(s -> s.length).containsExactly(100, 284);
      assertThat(parts.heldOut().sequences()).extracting(s -> s.length).containsExactly(189);
      assertThat(parts.leftOut())
          .containsEntry(RejectionReason.UNREADABLE, 2L)
          .containsEntry(RejectionReason.SHORT_STRETCH, 10L);
    }
  }

  @Test
  void shouldLeaveOutCopiesFromTheSampleButNotFromStretches() {
    FrameSelection.Plan plan = plan(FrameSelectionTest.source("a", 0, 900));
    try (PixelStore store = store(1 << 20)) {
      Map<FramePosition, Chosen> chosen = new HashMap<>();
      for (List<FrameCandidate> list :
          List.of(plan.training(), plan.calibration().get(0), plan.heldOut().get(0))) {
        for (FrameCandidate frame : list) {
          chosen.put(
              frame.position(),
              new Chosen(
                  frame,
                  store.add(new byte[SHAPE.size()], 0),
                  null,
                  new double[0],
                  PixelMask.NONE));
        }
      }

      StreamData.Parts parts =
          StreamData.of(
              "line",
              SHAPE,
              FACTORS,
              List.of(),
              store,
              plan,
              chosen,
              SETTINGS.with(c -> c.duplicateGreyLevels(0.5)));

      assertThat(parts.training().trained()).isEqualTo(1);
      assertThat(parts.training().size()).isEqualTo(1 + 385);
      assertThat(parts.leftOut()).containsEntry(RejectionReason.NEAR_DUPLICATE, 299L);
    }
  }

  @Test
  void shouldNameWhatATrainingLacks() {
    // Given so few frames that no stretch calibrates
    FrameSelection.Plan plan = plan(FrameSelectionTest.source("a", 0, 30));
    try (PixelStore store = store(1 << 20)) {
      StreamData data = parts(plan, store, 0, false, 0).training();

      assertThatThrownBy(() -> data.settings(TrainingSettings.DEFAULTS))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("line has 10 frames to train on and 0 in nominal stretches");
    }
  }

  private static ModelProvenance provenance() {
    return new ModelProvenance(
        "line", "", "", 0, Map.of("steps", "5"), 1, "", "", "", "", Map.of());
  }
}
