package dev.residua.dashboard;

import dev.residua.access.Person;
import io.quarkus.websockets.next.UserData;
import java.util.Optional;

/** Person who opened a WebSocket, which the access check stores with the connection. */
@FunctionalInterface
public interface SocketPerson {
  /** Key in the data of a connection. */
  UserData.TypedKey<SocketPerson> KEY = new UserData.TypedKey<>("residua.person");

  /** Returns the person with the present grants; empty if the token has expired or was removed. */
  Optional<Person> now();
}
