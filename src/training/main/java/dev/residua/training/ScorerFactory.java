package dev.residua.training;

import dev.residua.causal.FrameScorer;
import dev.residua.model.NetworkPlan;

/** Opens a scorer on a network. */
@FunctionalInterface
public interface ScorerFactory {
  FrameScorer open(NetworkPlan network);
}
