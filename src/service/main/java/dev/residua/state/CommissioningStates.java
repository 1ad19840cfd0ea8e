package dev.residua.state;

import dev.residua.avro.state.ContextState;
import dev.residua.avro.state.LatentNormal;
import dev.residua.avro.state.LearningOutcome;
import dev.residua.avro.state.LearningState;
import dev.residua.avro.state.NonUniformityState;
import dev.residua.avro.state.NormalDifference;
import dev.residua.avro.state.OtherModelState;
import dev.residua.avro.state.SourceNormal;
import dev.residua.avro.state.UniformityState;
import dev.residua.commissioning.Commissioning;
import dev.residua.commissioning.CommissioningOutcome;
import dev.residua.commissioning.CommissioningOutcome.Armed;
import dev.residua.commissioning.CommissioningOutcome.Learning;
import dev.residua.commissioning.CommissioningOutcome.NeedsReview;
import dev.residua.commissioning.CommissioningOutcome.Stage;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.CommissioningWindow;
import dev.residua.commissioning.Difference;
import dev.residua.commissioning.InnovationFilter;
import dev.residua.commissioning.InnovationLaw;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.NonUniformity;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.commissioning.UniformityWatch;
import dev.residua.drift.CalibrationPhase;
import dev.residua.monitor.CommissioningState;
import dev.residua.monitor.OtherModel;
import dev.residua.state.StateBlocks.Channel;
import dev.residua.state.StateBlocks.Slot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The learning of a source to Avro records and back. */
final class CommissioningStates {
  private CommissioningStates() {}

  static dev.residua.avro.state.CommissioningState toAvro(CommissioningState state) {
    dev.residua.avro.state.CommissioningState record =
        new dev.residua.avro.state.CommissioningState();
    record.setContexts(
        state.contexts().stream()
            .map(
                context ->
                    new ContextState(
                        context.name(),
                        learning(context.residuals(), context.filter()),
                        learning(context.picture(), context.pictureFilter()),
                        uniformity(context.uniformity())))
            .toList());
    record.setCurrent(state.current());
    return record;
  }

  static CommissioningState toDomain(
      dev.residua.avro.state.CommissioningState record, Slot slot, StateBlocks windows) {
    List<CommissioningState.Context> contexts = new ArrayList<>();
    for (ContextState context : record.getContexts()) {
      int index = contexts.size();
      contexts.add(
          new CommissioningState.Context(
              context.getName(),
              learning(
                  context.getResiduals(),
                  block -> windows.read(slot, index, Channel.RESIDUALS, block)),
              filter(context.getResiduals()),
              context.getResiduals().getFilterFrames() < 0
                  ? null
                  : InnovationLaw.fromBytes(windows.read(slot, index, Channel.LAW, 0)),
              uniformity(context.getUniformity()),
              learning(
                  context.getPicture(), block -> windows.read(slot, index, Channel.PICTURE, block)),
              filter(context.getPicture())));
    }
    return new CommissioningState(contexts, record.getCurrent());
  }

  static @Nullable OtherModelState toAvro(@Nullable OtherModel model) {
    if (model == null) {
      return null;
    }
    CommissioningStatus status = model.status();
    return new OtherModelState(
        model.modelId(),
        model.sequence(),
        model.at(),
        dev.residua.avro.CalibrationPhase.valueOf(status.phase().name()),
        status.revision(),
        status.progress(),
        status.provisional(),
        status.reasons(),
        toAvro(model.commissioning()));
  }

  static @Nullable OtherModel toDomain(
      @Nullable OtherModelState record, Slot slot, StateBlocks windows) {
    return record == null
        ? null
        : new OtherModel(
            record.getModelId(),
            record.getSequence(),
            record.getAt(),
            new CommissioningStatus(
                CalibrationPhase.valueOf(record.getPhase().name()),
                record.getRevision(),
                record.getProgress(),
                record.getProvisional(),
                record.getReasons()),
            toDomain(record.getCommissioning(), slot, windows));
  }

  private static LearningState learning(
      Commissioning.State state, InnovationFilter.@Nullable State filter) {
    CommissioningOutcome outcome = state.outcome();
    LearningState record = new LearningState();
    record.setAccepted(normal(state.accepted()));
    record.setConfirmed(
        state.confirmed().equals(state.accepted()) ? null : normal(state.confirmed()));
    record.setWindow(ByteBuffer.wrap(state.window().head()));
    record.setFirst(state.first());
    record.setNextFit(state.nextFit());
    record.setContiguous(state.contiguous());
    record.setWhy(outcome instanceof Learning learning ? learning.why() : "");
    record.setProgress(outcome instanceof Learning learning ? learning.progress() : 1);
    record.setDifferences(List.of());
    if (outcome instanceof Armed armed) {
      record.setOutcome(armed.stage() == Stage.FAST ? LearningOutcome.FAST : LearningOutcome.SLOW);
      record.setCalibration(normal(armed.calibration()));
    } else if (outcome instanceof NeedsReview review) {
      record.setOutcome(LearningOutcome.NEEDS_REVIEW);
      record.setCalibration(normal(review.calibration()));
      record.setDifferences(
          review.differences().stream()
              .map(d -> new NormalDifference(d.latent(), d.kind().name(), d.size()))
              .toList());
    } else {
      record.setOutcome(LearningOutcome.LEARNING);
    }
    record.setFilterFrames(past(filter));
    record.setFilter(recent(filter));
    return record;
  }

  private static int past(InnovationFilter.@Nullable State filter) {
    return filter == null ? -1 : filter.past();
  }

  private static ByteBuffer recent(InnovationFilter.@Nullable State filter) {
    return Blocks.of(filter == null ? new float[0] : filter.recent());
  }

  private static Commissioning.State learning(LearningState record, IntFunction<byte[]> blocks) {
    SourceCalibration accepted = normal(record.getAccepted());
    SourceCalibration learnt =
        record.getCalibration() == null ? accepted : normal(record.getCalibration());
    CommissioningOutcome outcome =
        switch (record.getOutcome()) {
          case LEARNING -> new Learning(record.getWhy(), record.getProgress());
          case FAST -> new Armed(learnt, Stage.FAST);
          case SLOW -> new Armed(learnt, Stage.SLOW);
          case NEEDS_REVIEW ->
              new NeedsReview(
                  learnt,
                  record.getDifferences().stream()
                      .map(
                          d ->
                              new Difference(
                                  d.getLatent(), Difference.Kind.valueOf(d.getKind()), d.getSize()))
                      .toList());
        };
    return new Commissioning.State(
        accepted,
        record.getConfirmed() == null ? accepted : normal(record.getConfirmed()),
        CommissioningWindow.restore(Blocks.bytes(record.getWindow()), blocks),
        record.getFirst(),
        record.getNextFit(),
        record.getContiguous(),
        outcome);
  }

  private static InnovationFilter.@Nullable State filter(LearningState record) {
    return filter(record.getFilterFrames(), record.getFilter());
  }

  private static InnovationFilter.@Nullable State filter(int past, ByteBuffer recent) {
    return past < 0 ? null : new InnovationFilter.State(past, Blocks.floats(recent));
  }

  private static @Nullable UniformityState uniformity(UniformityWatch.@Nullable State state) {
    return state == null
        ? null
        : new UniformityState(
            state.heldFrames(),
            state.heldSince(),
            Blocks.of(state.skip()),
            Blocks.of(state.counts()),
            ByteBuffer.wrap(state.held()),
            state.began().stream().map(began -> began.orElse(null)).toList(),
            state.found().stream()
                .map(found -> found.map(CommissioningStates::found).orElse(null))
                .toList());
  }

  private static UniformityWatch.@Nullable State uniformity(@Nullable UniformityState record) {
    return record == null
        ? null
        : new UniformityWatch.State(
            record.getHeldFrames(),
            record.getHeldSince(),
            Blocks.ints(record.getSkip()),
            Blocks.ints(record.getCounts()),
            Blocks.bytes(record.getHeld()),
            record.getBegan().stream().map(Optional::ofNullable).toList(),
            record.getFound().stream()
                .map(found -> Optional.ofNullable(found).map(CommissioningStates::found))
                .toList());
  }

  private static NonUniformityState found(NonUniformity found) {
    return new NonUniformityState(
        found.since(),
        found.samples(),
        found.smallShare(),
        found.meanRank(),
        found.distance(),
        found.pValue());
  }

  private static NonUniformity found(NonUniformityState record) {
    return new NonUniformity(
        record.getSince(),
        record.getSamples(),
        record.getSmallShare(),
        record.getMeanRank(),
        record.getDistance(),
        record.getPValue());
  }

  private static SourceNormal normal(SourceCalibration calibration) {
    return new SourceNormal(
        calibration.latents().stream()
            .map(
                latent ->
                    new LatentNormal(
                        latent.location(),
                        latent.scale(),
                        latent.coefficients(),
                        latent.slope(),
                        latent.effectiveSamples()))
            .toList(),
        calibration.frames(),
        calibration.revision());
  }

  private static SourceCalibration normal(SourceNormal record) {
    return new SourceCalibration(
        record.getLatents().stream()
            .map(
                latent ->
                    new LatentCalibration(
                        latent.getLocation(),
                        latent.getScale(),
                        latent.getCoefficients(),
                        latent.getSlope(),
                        latent.getEffectiveSamples()))
            .toList(),
        record.getFrames(),
        record.getRevision());
  }
}
