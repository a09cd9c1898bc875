package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

class DomainXmlTest {
    @TempDir private Path home;

    private QubesSystem system;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("a domain's element is that of the store, properties in the order of the original")
    void isTheElementOfTheStore() {
        BaseVM work =
                TestSystem.derived(system, "work", TestSystem.plain(system, "base").toString());
        work.set(QubesVM.MEMORY, 600);
        work.features().set("a", "1 < 2");
        assertEquals(
                """
                <domain id="domain-2" class="DerivedVM">
                      <properties>
                        <property name="memory">600</property>
                        <property name="name">work</property>
                        <property name="qid">2</property>
                        <property name="uuid">%s</property>
                        <property name="template">base</property>
                      </properties>
                      <features>
                        <feature name="a">1 &lt; 2</feature>
                      </features>
                      <tags/>
                    </domain>"""
                        .formatted(work.uuid()),
                work.xml());
    }

    @Test
    @DisplayName("it is the same inside of the whole store, and while the klass is away")
    void isTheSameInsideTheStore() {
        BaseVM base = TestSystem.plain(system, "base");
        String xml = base.xml();
        assertEquals(1, system.xml(system.state()).split(Pattern.quote(xml)).length - 1);
        system.unbindFactory(TestSystem.PLAIN);
        assertEquals(base.volumes(), system.find(base.name()).orElseThrow().volumes());
        assertEquals(
                xml.lines().sorted().toList(),
                system.find(base.name()).orElseThrow().xml().lines().sorted().toList());
    }

    @Test
    @DisplayName("dom0 has an element as well, and no volumes")
    void dom0HasOne() {
        assertEquals(
                """
                <domain id="domain-0" class="AdminVM">
                      <properties>
                        <property name="label">black</property>
                      </properties>
                      <features/>
                      <tags/>
                    </domain>""",
                system.admin().xml());
        assertEquals(0, system.admin().volumes().size());
    }
}
