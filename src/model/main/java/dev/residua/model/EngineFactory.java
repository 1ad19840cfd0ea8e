package dev.residua.training;

import dev.residua.causal.NetworkEngine;
import dev.residua.model.NetworkPlan;

/** Opens an engine on a network. */
@FunctionalInterface
public interface EngineFactory {
  NetworkEngine open(NetworkPlan network);
}
