/**
 * The teaching page of one data set: its files, its training, and a small HTTP server of its own.
 * Needs neither Kafka nor the beans of the service.
 */
@NullMarked
package dev.residua.app.teach;

import org.jspecify.annotations.NullMarked;
