package dev.residua.renewal.job;

import dev.residua.frame.SceneName;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.renewal.gate.GateVerdict;
import java.io.IOException;
import java.util.Optional;

/** Publishes a candidate with its verdict, and activates it if it passed. */
final class PublishStep {
  private final TrainingContext context;
  private final TrainingJob.Dependencies dependencies;

  PublishStep(TrainingContext context) {
    this.context = context;
    this.dependencies = context.dependencies();
  }

  TrainingJob.Outcome run(ModelBundle candidate, GateVerdict verdict, Optional<ShadowTrial> shadow)
      throws IOException {
    boolean passed = verdict.promoted() && shadow.map(ShadowTrial::passed).orElse(true);
    String sentence =
        verdict.sentence()
            + shadow.map(s -> (s.passed() ? "; " : "; refused, as ") + s.sentence()).orElse("");
    ModelBundle bundle = context.signed(candidate.with(ModelBundle.GATE_VERDICT, verdict.toJson()));
    dependencies
        .admin()
        .publish(
            bundle,
            context.scene(),
            dependencies.outside(),
            sentence,
            context.author(context.request().reason()));
    Optional<String> untrusted = untrusted(bundle);
    boolean activates = passed && context.settings().promotes() && untrusted.isEmpty();
    if (activates) {
      dependencies.admin().promote(context.scene(), bundle.id(), context.author(sentence));
    }
    return new TrainingJob.Outcome(
        bundle.id(),
        verdict,
        passed && !activates
            ? "%s; %sto use it: residua model promote %s%s"
                .formatted(
                    sentence,
                    untrusted.map(why -> "not activated, as " + why + "; ").orElse(""),
                    bundle.id(),
                    context.scene().equals(SceneName.DEFAULT) ? "" : " --scene " + context.scene())
            : sentence,
        passed,
        activates);
  }

  /** Why processes that require signed bundles would reject it; empty if they accept it. */
  private Optional<String> untrusted(ModelBundle bundle) {
    try {
      dependencies.trusted().check(bundle);
      return Optional.empty();
    } catch (BadBundleException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
