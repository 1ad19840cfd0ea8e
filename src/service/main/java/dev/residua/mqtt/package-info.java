/** Connections to brokers of MQTT 5: pictures from topics, and messages to topics. */
@NullMarked
package dev.residua.mqtt;

import org.jspecify.annotations.NullMarked;
