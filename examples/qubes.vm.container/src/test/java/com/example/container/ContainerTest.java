package com.example.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.QubesValueError;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;
import qubes.testkit.vm.DomainClassContract;

/** What every klass owes the core, by the contract, and what this one adds. */
@DisplayName(Container.KLASS)
class ContainerTest implements DomainClassContract {
    @TempDir static Path folder;

    @Override
    public DomainFactory factory() {
        return new ContainerFactory();
    }

    @Override
    public List<String> properties() throws Exception {
        return List.of("rootfs=" + RootFolder.in(folder));
    }

    @ParameterizedTest(name = "{0}={1}: {2}")
    @CsvSource({
        "rootfs,      /srv/web,          taken",
        "rootfs,      srv/web,           refused",
        "rootfs,      /srv/../etc,       refused",
        "rootfs,      /,                 refused",
        "init,        /bin/hello,        taken",
        "init,        hello,             refused",
        "init,        /./hello,          refused",
        "environment, A=1 B_2=two=three, taken",
        "environment, A= B=,             taken",
        "environment, A,                 refused",
        "environment, 1=A,               refused",
    })
    @DisplayName("properties take what makes sense")
    void propertiesAreChecked(String property, String value, String outcome) {
        try (QubesFixture system = QubesFixture.inMemory()) {
            BaseVM web = made(system);
            if (outcome.equals("taken")) {
                Domains.set(web, property + "=" + value);
                assertEquals(value, Domains.value(web, property));
            } else {
                assertThrows(
                        QubesValueError.class, () -> Domains.set(web, property + "=" + value));
            }
        }
    }

    @Test
    @DisplayName("it does not start without a root filesystem that has its init, and says why")
    void refusesToStartWithoutRoot() throws Exception {
        Path root = RootFolder.in(folder);
        try (QubesFixture system = QubesFixture.inMemory()) {
            BaseVM web = made(system);
            assertTrue(refusal(web).contains("web has no root filesystem"), refusal(web));
            Domains.set(web, "rootfs=" + root.resolve("none"));
            assertTrue(refusal(web).contains("is not a folder"), refusal(web));
            Domains.set(web, "rootfs=" + root);
            Files.delete(root.resolve("sbin/init"));
            assertTrue(refusal(web).contains("there is no init"), refusal(web));
        }
    }

    private static BaseVM made(QubesFixture system) {
        system.provide(DomainFactory.class, new ContainerFactory());
        return Domains.create(system.qubes(), Container.KLASS, "web");
    }

    private static String refusal(BaseVM vm) {
        return assertThrows(QubesValueError.class, ((QubesVM) vm)::start).getMessage();
    }
}
