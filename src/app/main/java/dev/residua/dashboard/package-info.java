/**
 * HTTP interface of the running service: the history of every source in bounded memory, live
 * updates over a WebSocket, the registry of models, pictures of events, and commands of operators.
 * The pages themselves are in {@code META-INF/resources}: plain modules, without a build step.
 * Access control and reading Kafka are elsewhere.
 */
@NullMarked
package dev.residua.dashboard;

import org.jspecify.annotations.NullMarked;
