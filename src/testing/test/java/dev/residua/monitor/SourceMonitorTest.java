package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.anomaly.SensorReference;
import dev.residua.anomaly.SensorRule;
import dev.residua.causal.Reconstruction;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.feedback.IncidentAlarms;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentSettings;
import dev.residua.incident.Subject;
import dev.residua.intervention.InterventionEvent;
import dev.residua.intervention.InterventionKind;
import dev.residua.intervention.JointAttribution;
import dev.residua.intervention.MechanismReference;
import dev.residua.state.MonitorStates;
import dev.residua.state.StateBlocks;
import dev.residua.testing.ChangedModel;
import dev.residua.testing.PictureReferences;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class SourceMonitorTest {
  private static final int LENGTH = 2;
  private static MonitorThresholds limits;
  private static MonitorThresholds otherModel;
  private static MonitorThresholds renamed;
  private static MonitorThresholds diagnosing;

  @BeforeAll
  static void calibrate() {
    limits = new MonitorThresholds(model("model-1", 3));
    renamed = new MonitorThresholds(model("model-3", 3));
    otherModel = new MonitorThresholds(model("model-2", 4));
    diagnosing = new MonitorThresholds(diagnosing(model("model-1", 3)));
  }

  static MonitorModel model(String id, long seed) {
    Random random = new Random(seed);
    int n = 1_000;
    float[][] residuals = new float[n][4];
    for (int i = 0; i < n * 4; i++) {
      residuals[i / 4][i % 4] = (float) random.nextGaussian();
    }
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      frames.add(
          Scored.nominal().residuals(residuals[i]).reconstructionError(error(random)).frame(i));
    }
    return TestModels.ofShadow(frames).id(id).seed(seed).build();
  }

  /** The same with mechanisms and a sensor to judge. */
  private static MonitorModel diagnosing(MonitorModel model) {
    Random random = new Random(21);
    int n = 2_000;
    float[][] observed = new float[n][];
    float[][] expected = new float[n][];
    float[][] residuals = new float[n][];
    SensorReference.Builder sensor = SensorReference.builder();
    for (int i = 0; i < n; i++) {
      ScoredFrame frame = caused(random, i, 0);
      observed[i] = frame.latents();
      expected[i] = frame.expected();
      residuals[i] = frame.statistics().standardized();
      sensor.add(reading(i));
    }
    return ChangedModel.of(
        model,
        other -> {
          other.picture = PictureReferences.silent();
          other.mechanisms =
              Optional.of(
                  MechanismReference.calibrate(model.graph(), observed, expected, residuals));
          other.commissioning = Optional.empty();
          other.attribution = JointAttribution.ofEnergy(residuals);
          other.sensor = SensorRule.of(sensor.build());
          other.targetRunLength = 10_000;
          other.incidents = IncidentSettings.DEFAULTS;
        });
  }

  /** Pendulum and light cause the shadow's length, which is shifted. */
  private static ScoredFrame caused(Random random, int sequence, float shift) {
    return noisy(random, shift).frame(sequence);
  }

  private static Scored noisy(Random random, float shift) {
    float[] values = new float[4];
    for (int k = 0; k < 4; k++) {
      values[k] = (float) random.nextGaussian();
    }
    float explained = 0.8f * values[0] - 0.5f * values[1];
    values[LENGTH] += shift;
    return Scored.nominal().residuals(values).expected(0, 0, explained, 0);
  }

  private static SensorReadings reading(long hash) {
    return new SensorReadings(128, 0, 0, 100, 1, hash);
  }

  private static byte[] bytes(SourceMonitor monitor) {
    return MonitorStates.encode(monitor.state());
  }

  private static SourceMonitor restored(MonitorThresholds thresholds, byte[] bytes) {
    return restored(thresholds, bytes, null);
  }

  private static SourceMonitor restored(
      MonitorThresholds thresholds, byte[] bytes, @Nullable SourceMonitor spare) {
    return SourceMonitor.restore(thresholds, MonitorStates.decode(bytes, StateBlocks.NONE), spare);
  }

  private static List<MonitorResult> judge(ActiveControls board, float shift) {
    Random random = new Random(5);
    SourceMonitor monitor = SourceMonitor.start(diagnosing);
    List<MonitorResult> judgements = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      judgements.add(monitor.next(caused(random, i, i < 300 ? 0 : shift), board));
      monitor = restored(diagnosing, bytes(monitor));
    }
    return judgements;
  }

  private static List<Incident> incidents(List<MonitorResult> judgements) {
    return judgements.stream().flatMap(j -> j.incidents().stream()).toList();
  }

  @Test
  void shouldTellWhatChangedSomeFramesAfterTheAlarm() {
    // When
    List<MonitorResult> judgements = judge(ActiveControls.EMPTY, 3);
    // Then
    List<InterventionEvent> told =
        judgements.stream().flatMap(j -> j.interventions().stream()).toList();
    assertThat(told).hasSize(1);
    assertThat(told.get(0).kind()).isEqualTo(InterventionKind.OFFSET);
    assertThat(told.get(0).finding().causes().get(0).latent()).isEqualTo("shadow_length");
    assertThat(told.get(0).changePoint().low()).isBetween(285L, 305L);
    List<Incident> incidents = incidents(judgements);
    assertThat(incidents)
        .extracting(Incident::kind)
        .containsExactly("DRIFT.RESIDUAL", "INTERVENTION.OFFSET");
    assertThat(told.get(0).finding().incidentId()).isEqualTo(incidents.get(0).id());
  }

  @Test
  void shouldOpenNoIncidentForAnAnnouncedChange() {
    // When
    List<MonitorResult> judgements = judge(announcing("shadow_length"), 3);
    // Then
    assertThat(incidents(judgements)).isEmpty();
    assertThat(judgements.stream().mapToInt(j -> j.interventions().size()).sum()).isEqualTo(1);
  }

  @Test
  void shouldSuppressExactlyTheShiftThatIsReadFromTheAlarm() {
    // Given what is kept of the alarm
    DriftEvent onset =
        judge(ActiveControls.EMPTY, 3).stream()
            .flatMap(j -> j.drifts().stream())
            .filter(event -> event.channel() == DriftEvent.Channel.RESIDUAL)
            .findFirst()
            .orElseThrow();
    double shift = IncidentAlarms.of(onset).onlyShift("shadow_length").orElseThrow();
    // When a margin is a little larger, or smaller
    List<Incident> larger = incidents(judge(suppressing(1.001 * Math.abs(shift)), 3));
    List<Incident> smaller = incidents(judge(suppressing(0.999 * Math.abs(shift)), 3));
    // Then
    assertThat(shift).isBetween(2.0, 8.0);
    assertThat(larger).isEmpty();
    assertThat(smaller).isNotEmpty();
  }

  private static ActiveControls suppressing(double margin) {
    return ActiveControls.EMPTY.with(
        new ControlCommand.Suppression(
            new ControlCommand.Order("s", ".*", "kim", "a test", Instant.EPOCH),
            "shadow_length",
            margin));
  }

  @Test
  void shouldOpenAnIncidentOnceAChangeIsNotTheAnnouncedOne() {
    // When
    List<Incident> incidents = incidents(judge(announcing("light"), 3));
    // Then
    assertThat(incidents).extracting(Incident::kind).containsExactly("INTERVENTION.OFFSET");
    assertThat(incidents.get(0).state()).isEqualTo(Incident.State.OPENED);
  }

  private static ActiveControls announcing(String latent) {
    return ActiveControls.EMPTY.with(
        new ControlCommand.Announcement(
            new ControlCommand.Order("a", "cam1", "kim", "works", Instant.EPOCH),
            new ControlCommand.Period(Scored.time(0), Scored.time(10_000)),
            latent));
  }

  @Test
  void shouldOpenAnIncidentForACameraThatStandsStill() {
    // Given
    Random random = new Random(5);
    SourceMonitor monitor = SourceMonitor.start(diagnosing);
    List<Incident> incidents = new ArrayList<>();
    // When
    for (int i = 0; i < 120; i++) {
      long hash = i < 60 ? i : 60;
      ScoredFrame frame = noisy(random, 0).sensor(reading(hash)).frame(i);
      incidents.addAll(monitor.next(frame, ActiveControls.EMPTY).incidents());
    }
    for (int i = 120; i < 160; i++) {
      ScoredFrame frame = noisy(random, 0).sensor(reading(1_000 + i)).frame(i);
      incidents.addAll(monitor.next(frame, ActiveControls.EMPTY).incidents());
    }
    // Then
    assertThat(incidents)
        .extracting(Incident::state)
        .containsExactly(Incident.State.OPENED, Incident.State.RESOLVED);
    assertThat(incidents.get(0).kind()).isEqualTo("SENSOR.FROZEN");
    assertThat(incidents.get(0).updatedSequence()).isEqualTo(69);
    assertThat(incidents.get(1).updatedSequence()).isEqualTo(139);
  }

  private static float error(Random random) {
    return (float) (0.001 * Math.exp(0.2 * random.nextGaussian()));
  }

  private static ScoredFrame frame(Random random, int sequence, float shift, float errorFactor) {
    float[] values = new float[4];
    for (int k = 0; k < 4; k++) {
      values[k] = (float) random.nextGaussian();
    }
    values[LENGTH] += shift;
    return Scored.nominal()
        .residuals(values)
        .reconstructionError(errorFactor * error(random))
        .frame(sequence);
  }

  static List<ScoredFrame> story() {
    Random random = new Random(77);
    List<ScoredFrame> frames = new ArrayList<>();
    for (int i = 0; i < 1_400; i++) {
      frames.add(frame(random, i, i >= 300 && i < 400 ? 2 : 0, i >= 900 && i < 1_000 ? 3 : 1));
    }
    return frames;
  }

  @Test
  void shouldJudgeTheSameWhenItsStateIsWrittenAndReadAfterEveryFrame() {
    // Given
    List<Object> straight = new ArrayList<>();
    List<Object> interrupted = new ArrayList<>();
    SourceMonitor one = SourceMonitor.start(limits);
    SourceMonitor other = SourceMonitor.start(limits);
    // When
    for (ScoredFrame frame : story()) {
      straight.add(said(one.next(frame, ActiveControls.EMPTY)));
      other = restored(limits, bytes(other));
      interrupted.add(said(other.next(frame, ActiveControls.EMPTY)));
    }
    // Then
    assertThat(interrupted).isEqualTo(straight);
    assertThat(bytes(other)).isEqualTo(bytes(one));
    assertThat(straight.toString()).contains("DRIFT.PICTURE");
  }

  @Test
  void shouldJudgeTheSameInTheMemoryOfAnotherSource() {
    // Given two sources that take turns in one memory, and one that has its own
    List<ScoredFrame> story = story();
    List<ScoredFrame> others = sparselyReconstructed(story.size());
    SourceMonitor own = SourceMonitor.start(limits);
    SourceMonitor ownOther = SourceMonitor.start(limits);
    byte[] state = null;
    byte[] otherState = null;
    SourceMonitor shared = null;
    for (int i = 0; i < story.size(); i++) {
      // When
      shared =
          state == null ? SourceMonitor.start(limits, shared) : restored(limits, state, shared);
      MonitorResult judgement = shared.next(story.get(i), ActiveControls.EMPTY);
      state = bytes(shared);
      shared =
          otherState == null
              ? SourceMonitor.start(limits, shared)
              : restored(limits, otherState, shared);
      MonitorResult otherJudgement = shared.next(others.get(i), ActiveControls.EMPTY);
      otherState = bytes(shared);
      // Then
      assertThat(said(judgement)).isEqualTo(said(own.next(story.get(i), ActiveControls.EMPTY)));
      assertThat(said(otherJudgement))
          .isEqualTo(said(ownOther.next(others.get(i), ActiveControls.EMPTY)));
    }
    assertThat(state).isEqualTo(bytes(own));
    assertThat(otherState).isEqualTo(bytes(ownOther));
  }

  /** All of a judgement, with the contents of its arrays. */
  private static List<Object> said(MonitorResult judgement) {
    return List.of(
        judgement.score().orElseThrow().statistic(),
        Arrays.toString(judgement.score().orElseThrow().perScale()),
        judgement.anomalies(),
        judgement.drifts(),
        judgement.incidents());
  }

  @Test
  void shouldTellAMechanismFromAPicture() {
    // Given
    SourceMonitor monitor = SourceMonitor.start(limits);
    List<Incident> incidents = new ArrayList<>();
    List<DriftEvent> drifts = new ArrayList<>();
    // When
    for (ScoredFrame frame : story()) {
      MonitorResult judgement = monitor.next(frame, ActiveControls.EMPTY);
      incidents.addAll(judgement.incidents());
      drifts.addAll(judgement.drifts());
    }
    // Then
    assertThat(incidents)
        .extracting(Incident::kind)
        .containsExactly("DRIFT.RESIDUAL", "DRIFT.RESIDUAL", "DRIFT.PICTURE", "DRIFT.PICTURE");
    assertThat(incidents)
        .extracting(Incident::state)
        .containsExactly(
            Incident.State.OPENED,
            Incident.State.RESOLVED,
            Incident.State.OPENED,
            Incident.State.RESOLVED);
    assertThat(incidents.get(2).summary().explanation())
        .contains("reconstructed worse than those of training");
    assertThat(drifts)
        .extracting(DriftEvent::channel)
        .containsExactly(
            DriftEvent.Channel.RESIDUAL,
            DriftEvent.Channel.RESIDUAL,
            DriftEvent.Channel.PICTURE,
            DriftEvent.Channel.PICTURE);
    assertThat(drifts)
        .allSatisfy(
            e ->
                assertThat(e.targetRunLength())
                    .as("each detector's share of the budget")
                    .isEqualTo(40_000));
  }

  /**
   * Frames of which one in four is reconstructed, and from 600 on worse than usual; others are
   * asked for, and only of those is the error always huge.
   */
  private static List<ScoredFrame> sparselyReconstructed(int frames) {
    Random random = new Random(31);
    List<ScoredFrame> story = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      Scored frame = Scored.nominal().residuals(noise(random));
      float usual = error(random);
      if (i % 4 == 0) {
        frame.reconstructionError(i < 600 ? usual : 3 * usual);
      } else if (i % 50 == 1) {
        frame
            .reconstruction(Reconstruction.ASKED)
            .reconstructionError(1)
            .reconstructionPValue(1e-3f);
      } else {
        frame
            .reconstruction(Reconstruction.NONE)
            .reconstructionError(Float.NaN)
            .reconstructionPValue(Float.NaN);
      }
      story.add(frame.frame(10_000 + i));
    }
    return story;
  }

  private static float[] noise(Random random) {
    float[] values = new float[4];
    for (int k = 0; k < 4; k++) {
      values[k] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void shouldWatchThePictureThroughTheSampledFramesOnly() {
    // Given
    List<ScoredFrame> story = sparselyReconstructed(800);
    SourceMonitor one = SourceMonitor.start(limits);
    SourceMonitor other = SourceMonitor.start(limits);
    List<DriftEvent> drifts = new ArrayList<>();
    List<AnomalyEvent> anomalies = new ArrayList<>();
    // When
    for (ScoredFrame frame : story) {
      MonitorResult judgement = one.next(frame, ActiveControls.EMPTY);
      other = restored(limits, bytes(other));
      assertThat(said(other.next(frame, ActiveControls.EMPTY))).isEqualTo(said(judgement));
      drifts.addAll(judgement.drifts());
      if (frame.sequence() < 10_600) {
        anomalies.addAll(judgement.anomalies());
      }
    }
    // Then: nothing is made of the frames that were asked for or left out
    assertThat(anomalies).isEmpty();
    DriftEvent onset = drifts.get(0);
    assertThat(onset.channel()).isEqualTo(DriftEvent.Channel.PICTURE);
    assertThat(onset.finding().lastSequence()).isBetween(10_604L, 10_680L);
    // and the change is dated in frames, not in samples
    assertThat(onset.changePoint().sequence()).isBetween(10_580L, 10_620L);
  }

  @Test
  void shouldStartAnewForAnotherModelEvenWithTheSameReference() {
    // Given two models that differ in nothing but their names
    SourceMonitor monitor = SourceMonitor.start(limits);
    story().subList(0, 120).forEach(frame -> monitor.next(frame, ActiveControls.EMPTY));
    // When
    SourceMonitor same = restored(limits, bytes(monitor));
    SourceMonitor other = restored(renamed, bytes(monitor));
    // Then
    assertThat(bytes(same)).isEqualTo(bytes(monitor));
    assertThat(other.state().change().residuals().samples().count()).isZero();
    assertThat(other.state().change().picture().samples().count()).isZero();
    assertThat(other.state().diagnosis().window().count()).isZero();
    assertThat(other.state().sensor().pictures()).isEqualTo(SensorMonitor.START);
    assertThat(other.state().incidents().last()).isEqualTo(monitor.state().incidents().last());
    assertThat(other.thresholds()).isSameAs(renamed);
  }

  @Test
  void shouldNotFollowAnEarlierOrderAgainWhenALaterOneIsDeleted() {
    // Given two orders that were followed, and an incident that opened after them
    List<ScoredFrame> story = story();
    ActiveControls both = accepting("accept-1").with(accept("accept-2"));
    SourceMonitor monitor = SourceMonitor.start(limits);
    story.subList(0, 350).forEach(frame -> monitor.next(frame, both));
    assertThat(monitor.incidentOpen()).isTrue();
    // When
    monitor.next(story.get(350), both.without("accept-2"));
    // Then
    assertThat(monitor.incidentOpen()).as("the first order would have resolved it").isTrue();
  }

  private static ActiveControls accepting(String id) {
    return ActiveControls.EMPTY.with(accept(id));
  }

  private static ControlCommand accept(String id) {
    return new ControlCommand.AcceptNormal(
        new ControlCommand.Order(id, ".*", "me", "a test", Instant.EPOCH));
  }

  /** Feeds frames with a shift and an error factor, starting at a sequence. */
  private static List<Incident> feed(
      SourceMonitor monitor,
      ActiveControls controls,
      int from,
      int count,
      float shift,
      float errorFactor) {
    Random random = new Random(from);
    List<Incident> incidents = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      incidents.addAll(monitor.next(frame(random, i, shift, errorFactor), controls).incidents());
    }
    return incidents;
  }

  @Test
  void shouldTakeAnAcceptedPictureAsNormal() {
    // Given an incident about the picture
    SourceMonitor monitor = SourceMonitor.start(limits);
    feed(monitor, ActiveControls.EMPTY, 0, 300, 0, 1);
    List<Incident> opened = feed(monitor, ActiveControls.EMPTY, 300, 150, 0, 3);
    assertThat(opened)
        .extracting(Incident::subject, Incident::state)
        .containsExactly(tuple(Subject.PICTURE, Incident.State.OPENED));
    // When
    List<Incident> after = feed(monitor, accepting("accept-1"), 450, 600, 0, 3);
    // Then
    assertThat(after)
        .extracting(Incident::id, Incident::reason)
        .containsExactly(tuple(opened.get(0).id(), Incident.Reason.ACCEPTED_AS_NORMAL));
    // When the picture is as it was before
    List<Incident> back = feed(monitor, accepting("accept-1"), 1_050, 150, 0, 1);
    // Then
    assertThat(back).extracting(Incident::subject).containsOnly(Subject.PICTURE);
  }

  @Test
  void shouldRefuseToAcceptWhatNoShiftMakesNormal() {
    // Given a latent that varies more than usual
    SourceMonitor monitor = SourceMonitor.start(limits);
    feed(monitor, ActiveControls.EMPTY, 0, 300, 0, 1);
    Random random = new Random(9);
    List<Incident> incidents = new ArrayList<>();
    ActiveControls order = accepting("accept-1");
    for (int i = 300; i < 600; i++) {
      float[] values = noise(random);
      values[LENGTH] *= 4;
      ScoredFrame frame =
          Scored.nominal().residuals(values).reconstructionError(error(random)).frame(i);
      incidents.addAll(monitor.next(frame, i < 450 ? ActiveControls.EMPTY : order).incidents());
    }
    // Then
    assertThat(incidents.get(incidents.size() - 1).note())
        .startsWith("not accepted as normal (me): more than a mean has shifted");
    assertThat(monitor.incidentOpen()).isTrue();
  }

  @Test
  void shouldKeepWhatItFollowedWhenAcceptancesAreTakenBack() {
    // Given a change that was accepted, and a second one on top of it
    SourceMonitor monitor = SourceMonitor.start(limits);
    ActiveControls first = accepting("accept-1");
    ActiveControls both = first.with(accept("accept-2"));
    feed(monitor, ActiveControls.EMPTY, 0, 300, 0, 1);
    feed(monitor, ActiveControls.EMPTY, 300, 150, 2, 1);
    feed(monitor, first, 450, 200, 2, 1);
    feed(monitor, first, 650, 150, 5, 1);
    feed(monitor, both, 800, 200, 5, 1);
    Baseline.State accepted = monitor.state().commissioning().accepted();
    assertThat(monitor.incidentOpen()).isFalse();
    // When the second is taken back, twice, then the first, each with a restart between
    List<Incident> incidents = new ArrayList<>();
    int from = 1_000;
    for (ActiveControls controls :
        List.of(
            both.without("accept-2"),
            both.without("accept-2").without("accept-2"),
            both.without("accept-2").without("accept-1").without("never-given"),
            // and a command of that id for another source
            both.with(
                new ControlCommand.AcceptNormal(
                    new ControlCommand.Order(
                        "accept-1", "cam9", "eve", "forged", Instant.EPOCH))))) {
      monitor = restored(limits, bytes(monitor));
      incidents.addAll(feed(monitor, controls, from, 50, 5, 1));
      from += 50;
    }
    // Then
    assertThat(incidents).isEmpty();
    assertThat(monitor.state().commissioning().accepted().latents()).isEqualTo(accepted.latents());
    // When the first change is there alone, or none
    SourceMonitor before = restored(limits, bytes(monitor));
    // Then
    assertThat(feed(monitor, first, from, 100, 2, 1))
        .extracting(Incident::state)
        .contains(Incident.State.OPENED);
    assertThat(feed(before, first, from, 100, 0, 1))
        .extracting(Incident::state)
        .contains(Incident.State.OPENED);
  }

  @Test
  void shouldKeepItsNormalIfNothingHasChangedWhenSomeoneAccepts() {
    // Given two accepted changes, and a third command a few frames after the second
    SourceMonitor monitor = SourceMonitor.start(limits);
    feed(monitor, ActiveControls.EMPTY, 0, 300, 0, 1);
    feed(monitor, ActiveControls.EMPTY, 300, 150, 2, 1);
    ActiveControls order = accepting("accept-1");
    feed(monitor, order, 450, 300, 2, 1);
    feed(monitor, order, 750, 150, 2, 3);
    ActiveControls both = order.with(accept("accept-2"));
    feed(monitor, both, 900, 5, 2, 3);
    Baseline.State accepted = monitor.state().commissioning().accepted();
    // When
    feed(monitor, both.with(accept("accept-3")), 905, 1, 2, 3);
    // Then
    Baseline.State after = monitor.state().commissioning().accepted();
    assertThat(after.latents()).isEqualTo(accepted.latents());
    assertThat(after.picture()).isEqualTo(accepted.picture());
    assertThat(monitor.state().change().residuals().samples().count()).isGreaterThan(400);
  }

  @Test
  void shouldKeepWatchingResidualsAndPictureAfterAPictureWasAccepted() {
    // Given a change of the picture that was accepted
    SourceMonitor monitor = SourceMonitor.start(limits);
    feed(monitor, ActiveControls.EMPTY, 0, 300, 0, 1);
    feed(monitor, ActiveControls.EMPTY, 300, 150, 0, 3);
    ActiveControls order = accepting("accept-1");
    feed(monitor, order, 450, 300, 0, 3);
    assertThat(monitor.incidentOpen()).isFalse();
    byte[] accepted = bytes(monitor);
    // When a latent changes, or the picture changes again
    List<Incident> latent = feed(restored(limits, accepted), order, 750, 150, 3, 3);
    List<Incident> picture = feed(restored(limits, accepted), order, 750, 150, 0, 9);
    // Then
    assertThat(latent)
        .extracting(Incident::state, incident -> incident.subject().kind())
        .contains(tuple(Incident.State.OPENED, Subject.Kind.UNDETERMINED));
    assertThat(picture)
        .extracting(Incident::state, Incident::subject)
        .contains(tuple(Incident.State.OPENED, Subject.PICTURE));
  }

  @Test
  void shouldShiftNothingForAnIncidentThatItRefuses() {
    // Given a picture that varies more, of which the latents have shifted
    SourceMonitor monitor = SourceMonitor.start(limits);
    feed(monitor, ActiveControls.EMPTY, 0, 300, 0, 1);
    ActiveControls order = accepting("accept-1");
    Random random = new Random(17);
    List<Incident> incidents = new ArrayList<>();
    for (int i = 300; i < 500; i++) {
      ScoredFrame frame = frame(random, i, 2, i % 2 == 0 ? 1 : 200);
      incidents.addAll(monitor.next(frame, i < 450 ? ActiveControls.EMPTY : order).incidents());
    }
    // Then
    assertThat(incidents.get(incidents.size() - 1).note())
        .startsWith("not accepted as normal (me): more than a mean has shifted");
    assertThat(monitor.state().commissioning().accepted().latents()).isEmpty();
    assertThat(monitor.incidentOpen()).isTrue();
  }

  @Test
  void shouldTakeNothingAsNormalThatACameraWithAFaultShows() {
    // Given a shift during a fault of the camera
    SourceMonitor monitor = SourceMonitor.start(limits);
    feed(monitor, ActiveControls.EMPTY, 0, 300, 0, 1);
    Random random = new Random(7);
    ActiveControls order = accepting("accept-1");
    List<Incident> incidents = new ArrayList<>();
    for (int i = 300; i < 450; i++) {
      ScoredFrame frame = noisy(random, 3).sensor(reading(7)).frame(i);
      incidents.addAll(monitor.next(frame, i < 400 ? ActiveControls.EMPTY : order).incidents());
    }
    // Then
    assertThat(monitor.state().commissioning().accepted().latents()).isEmpty();
    assertThat(incidents)
        .extracting(Incident::note)
        .contains(
            "not accepted as normal (me): a fault of the camera cannot become normal; repair it, or train on its pictures");
  }

  @Test
  void shouldKeepWhatWasAcceptedForTheNextModelWhereItStillHolds() {
    // Given a shift that was accepted
    SourceMonitor monitor = SourceMonitor.start(limits);
    ActiveControls order = accepting("accept-1");
    feed(monitor, ActiveControls.EMPTY, 0, 300, 0, 1);
    feed(monitor, ActiveControls.EMPTY, 300, 150, 2, 1);
    assertThat(feed(monitor, order, 450, 150, 2, 1))
        .extracting(Incident::reason)
        .containsExactly(Incident.Reason.ACCEPTED_AS_NORMAL);
    byte[] accepted = bytes(monitor);
    // When the next model sees the same camera, its state stored after every frame
    SourceMonitor next = restored(otherModel, accepted);
    List<Incident> incidents = new ArrayList<>();
    Random random = new Random(61);
    for (int i = 600; i < 1_000; i++) {
      incidents.addAll(next.next(frame(random, i, 2, 1), order).incidents());
      next = restored(otherModel, bytes(next));
    }
    // Then
    assertThat(incidents).isEmpty();
    // When the next model has learned the shift, so that its residuals are centred
    SourceMonitor learned = restored(otherModel, accepted);
    assertThat(feed(learned, order, 700, 400, 0, 1)).isEmpty();
    // When there is another change: it is no part of what was accepted
    SourceMonitor changed = restored(otherModel, accepted);
    assertThat(feed(changed, order, 600, 200, -3, 1))
        .extracting(Incident::state)
        .contains(Incident.State.OPENED);
  }

  @Test
  void shouldGoOnAfterAnOrderOrAFaultAmongTheFirstFramesOfANextModel() {
    // Given a shift that was accepted
    SourceMonitor monitor = SourceMonitor.start(limits);
    ActiveControls order = accepting("accept-1");
    feed(monitor, ActiveControls.EMPTY, 0, 300, 0, 1);
    feed(monitor, ActiveControls.EMPTY, 300, 150, 2, 1);
    feed(monitor, order, 450, 150, 2, 1);
    byte[] accepted = bytes(monitor);
    // When the present is accepted again before the next model has decided
    SourceMonitor next = restored(otherModel, accepted);
    feed(next, order, 600, 3, 2, 1);
    List<Incident> incidents = feed(next, order.with(accept("accept-2")), 603, 400, 2, 1);
    // Then the first order still holds
    assertThat(incidents).isEmpty();
    // When the camera freezes before that
    SourceMonitor fault = restored(new MonitorThresholds(diagnosing(model("third", 31))), accepted);
    Random random = new Random(62);
    List<Incident> ofFault = new ArrayList<>();
    for (int i = 600; i < 900; i++) {
      long hash = i < 603 || i > 620 ? i : 603;
      ScoredFrame frame = noisy(random, 2).sensor(reading(hash)).frame(i);
      ofFault.addAll(fault.next(frame, order).incidents());
    }
    // Then
    assertThat(ofFault)
        .extracting(Incident::subject, Incident::state)
        .containsExactly(
            tuple(Subject.sensor(AnomalyKind.FROZEN), Incident.State.OPENED),
            tuple(Subject.sensor(AnomalyKind.FROZEN), Incident.State.RESOLVED));
  }

  @Test
  void shouldNotFollowAnOrderAgainForTheNextModel() {
    // Given an order that was followed, and an incident that opened after it
    List<ScoredFrame> story = story();
    ActiveControls board =
        ActiveControls.EMPTY.with(
            new ControlCommand.AcceptNormal(
                new ControlCommand.Order(
                    "accept-1", ".*", "me", "a test", story.get(0).capturedAt())));
    SourceMonitor monitor = SourceMonitor.start(limits);
    story.subList(0, 350).forEach(frame -> monitor.next(frame, board));
    assertThat(monitor.incidentOpen()).isTrue();
    // When
    SourceMonitor next = restored(otherModel, bytes(monitor));
    next.next(story.get(350), board);
    // Then
    assertThat(next.incidentOpen()).as("the order would have resolved it").isTrue();
  }

  @Test
  void shouldResolveTheIncidentOfAModelThatWasReplaced() {
    // Given
    List<ScoredFrame> story = story();
    SourceMonitor monitor = SourceMonitor.start(limits);
    for (ScoredFrame frame : story.subList(0, 350)) {
      monitor.next(frame, ActiveControls.EMPTY);
    }
    assertThat(monitor.incidentOpen()).isTrue();
    // When
    SourceMonitor next = restored(otherModel, bytes(monitor));
    List<Incident> incidents = new ArrayList<>();
    for (ScoredFrame frame : story.subList(400, 800)) {
      incidents.addAll(next.next(frame, ActiveControls.EMPTY).incidents());
    }
    // Then
    assertThat(incidents).extracting(Incident::state).containsExactly(Incident.State.RESOLVED);
  }

  @Test
  void shouldRefuseDamagedState() {
    // Given
    byte[] bytes = bytes(SourceMonitor.start(limits));
    // When, Then
    assertThatThrownBy(() -> restored(limits, Arrays.copyOf(bytes, 40)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("monitor state");
    bytes[3] ^= 9;
    assertThatThrownBy(() -> restored(limits, bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another schema");
  }

  @Test
  void shouldCompareWhatWasSaidWithWhatHappened() {
    // Given
    Backtest backtest = new Backtest(limits, 200, SourceSettings.NONE);
    story().forEach(backtest::next);
    // When
    Backtest.Comparison comparison =
        backtest.compare(
            List.of(
                new Backtest.Truth("cam1", "offset", "shadow_length", 300, 399),
                new Backtest.Truth("cam1", "object", null, 900, 999),
                new Backtest.Truth("cam1", "never", null, 1_395, 1_399)));
    // Then
    Backtest.KindResult offset = comparison.byKind().get("offset");
    assertThat(offset.detected()).isEqualTo(1);
    assertThat(offset.meanDelay()).isBetween(2.0, 40.0);
    assertThat(offset.named()).isEqualTo(1);
    assertThat(comparison.byKind().get("object").kinds()).containsEntry("drift PICTURE_ONSET", 1);
    assertThat(comparison.byKind().get("never").detected()).isZero();
    assertThat(comparison.quietFrames()).isEqualTo(1_400 - 300 - 300 - 5);
    assertThat(comparison.falseIncidents()).isZero();
  }
}
