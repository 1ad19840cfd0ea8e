/**
 * HTTP view of what runs: the history of every source in bounded memory, live updates over a
 * WebSocket, the registry of models, pictures of what events say; and what operators say to it. The
 * pages themselves are in {@code META-INF/resources}: plain modules, without a build step. Who may
 * ask is decided elsewhere, and so is who reads Kafka.
 */
@NullMarked
package dev.residua.dashboard;

import org.jspecify.annotations.NullMarked;
