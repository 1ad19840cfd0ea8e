package dev.residua.testing;

import dev.residua.causal.ResidualScorer;
import dev.residua.model.NetworkPlan;
import dev.residua.onednn.OneDnnEngine;
import dev.residua.onednn.Precision;
import dev.residua.onnx.OnnxEngine;

/** Opens networks. */
public final class Scorers {
  private Scorers() {}

  public static ResidualScorer onnx(NetworkPlan plan) {
    return plan.scorer(OnnxEngine::new);
  }

  public static ResidualScorer oneDnn(NetworkPlan plan, Precision precision) {
    return plan.scorer(network -> new OneDnnEngine(network, precision));
  }
}
