package dev.residua.dashboard;

import dev.residua.access.Person;
import io.quarkus.websockets.next.UserData;
import java.util.Optional;

/**
 * Who opened a WebSocket. The check of the request that opens it stores this with the connection.
 */
@FunctionalInterface
public interface SocketPerson {
  /** Key of the connection's data. */
  UserData.TypedKey<SocketPerson> KEY = new UserData.TypedKey<>("residua.person");

  /** The person with the grants of this moment; empty once the token is not valid any more. */
  Optional<Person> now();
}
