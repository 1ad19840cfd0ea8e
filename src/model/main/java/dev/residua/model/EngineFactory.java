package dev.residua.model;

import dev.residua.causal.NetworkEngine;

/** Opens an engine on a network. */
@FunctionalInterface
public interface EngineFactory {
  NetworkEngine open(NetworkPlan network);
}
