package dev.residua.dashboard;

import dev.residua.access.Person;
import dev.residua.access.Visitor;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * Visitors by the person that the access check has stored with a request. A request without that
 * check has no person and no rights.
 */
@ApplicationScoped
public class RequestVisitors implements Visitors {
  /** Key of the {@link Person} in the data of a request. */
  public static final String PERSON = "residua.person";

  private final CurrentVertxRequest request;
  private final RuleCommandWriter rules;

  @Inject
  public RequestVisitors(CurrentVertxRequest request, RuleCommandWriter rules) {
    this.request = request;
    this.rules = rules;
  }

  @Override
  public Visitor now() {
    RoutingContext current = request.getCurrent();
    @Nullable Person person = current == null ? null : current.get(PERSON);
    return new Visitor(person == null ? Person.NOBODY : person, rules.rules());
  }
}
