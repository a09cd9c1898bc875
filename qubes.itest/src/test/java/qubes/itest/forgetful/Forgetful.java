package qubes.itest.forgetful;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.error.QubesValueError;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.vm.Qubes;

/** Listens to everything, and refuses a tag of dom0's for ever. */
@Component(
        service = {},
        immediate = true)
public final class Forgetful {
    private long heard;

    @Activate
    public Forgetful(@Reference Qubes qubes) {
        qubes.listen(event -> heard++);
        qubes.handle(
                qubes.admin(),
                EventPattern.of(Event.class, "domain-feature-pre-set:forgotten"),
                event -> {
                    throw new QubesValueError("refused, after " + heard + " events");
                });
    }
}
