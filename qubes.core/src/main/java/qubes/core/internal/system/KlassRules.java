package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import qubes.core.event.EventPattern;
import qubes.core.event.PropertyPreSet;
import qubes.core.property.Property;
import qubes.core.vm.BaseVM;
import qubes.core.vm.ClassHandler;

/** Checks of properties that somebody else's klass declares: looked after as its handlers are. */
record KlassRules(HandlerWatch watch) {
    private static final EventPattern<PropertyPreSet> ANY = EventPattern.of(PropertyPreSet.class);

    <T> T accept(BaseVM vm, Property<T> property, T value) {
        List<T> accepted = new ArrayList<>();
        HandlerOwner owner = HandlerOwner.ofKlass(vm.getClass(), watch);
        new KlassHandler(
                        owner,
                        new ClassHandler<>(
                                ANY,
                                (subject, event) -> accepted.add(property.accept(subject, value)),
                                false))
                .handle(new PropertyPreSet(vm, property, value, Optional.empty()));
        return accepted.get(0);
    }
}
