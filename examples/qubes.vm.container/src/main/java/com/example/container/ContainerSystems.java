package com.example.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.event.Subscriptions;

/**
 * Notes in the features of a container which system is in it, each time it starts: {@code
 * os-distribution} and {@code os-version}, the names that other qubes have them under.
 */
@Component
public final class ContainerSystems implements Extension {
    private static final Map<String, String> FEATURES =
            Map.of("os-distribution", "ID", "os-version", "VERSION_ID");

    /** Called by Declarative Services when the bundle starts. */
    @Activate
    public ContainerSystems() {}

    /** Says what is to be heard, once. All of it ends when the bundle stops. */
    @Override
    public void subscribe(Subscriptions on) {
        on.forKlass(Container.KLASS).after(Lifecycle.Started.class, ContainerSystems::note);
    }

    /** Handlers of a guest's life may block, so this one reads a file. */
    private static void note(Lifecycle.Started event) {
        event.subject().as(Container.class).ifPresent(ContainerSystems::note);
    }

    private static void note(Container container) {
        OsRelease system = container.root().map(ContainerSystems::read).orElseThrow();
        FEATURES.forEach(
                (feature, key) -> {
                    Optional<String> value = Optional.ofNullable(system.values().get(key));
                    value.ifPresentOrElse(
                            text -> container.features().set(feature, text),
                            () -> forget(container, feature));
                });
    }

    private static void forget(Container container, String feature) {
        if (container.features().containsKey(feature)) {
            container.features().remove(feature);
        }
    }

    private static OsRelease read(Path root) {
        try {
            return OsRelease.of(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
