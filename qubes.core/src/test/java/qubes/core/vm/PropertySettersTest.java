package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.internal.system.Scene;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

/** Rows "vm/qubesvm setters" and "vm/qubesvm TC_90" of spec vm-classes, and its §2.3 and §4. */
class PropertySettersTest {
    @TempDir private Path home;

    private Scene scene;
    private QubesVM vm;

    @BeforeEach
    void open() throws Exception {
        scene = Scene.open(home);
        Files.createDirectories(home.resolve("vm-kernels/6.6"));
        Files.createFile(home.resolve("vm-kernels/6.6/vmlinuz"));
        Files.createDirectories(home.resolve("vm-kernels/broken"));
        scene.plain("throwaway", "template_for_dispvms=True");
        scene.plain("ordinary");
        vm = scene.plain("work");
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest(name = "{0} = \"{1}\": {2}")
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            textBlock =
                    """
                    memory            | 500            | 500
                    memory            | ' 500 '        | 500
                    memory            | +500           | 500
                    memory            | 1_000          | 1000
                    memory            | 0500           | 500
                    memory            | 2147483647     | 2147483647
                    maxmem            | 0              | 0
                    maxmem            | 4000           | 4000
                    vcpus             | 1              | 1
                    stubdom_mem       | 200            | 200
                    qrexec_timeout    | 1              | 1
                    shutdown_timeout  | 3600           | 3600
                    backup_timestamp  | 1700000000     | 1700000000
                    backup_timestamp  | 4102444800     | 4102444800
                    backup_timestamp  | -1             | -1
                    debug             | True           | True
                    debug             | false          | False
                    debug             | ON             | True
                    debug             | 0              | False
                    autostart         | yes            | True
                    include_in_backups | no            | False
                    installed_by_rpm  | 1              | True
                    virt_mode         | PV             | pv
                    virt_mode         | hvm            | hvm
                    virt_mode         | PvH            | pvh
                    label             | red            | red
                    label             | label-1        | red
                    label             | 1              | red
                    default_user      | 123            | 123
                    default_user      | a_b-c+d,e.f    | a_b-c+d,e.f
                    default_user      | ''             | ''
                    kernel            | ''             | ''
                    kernel            | 6.6            | 6.6
                    kernelopts        | ''             | ''
                    kernelopts        | quiet splash   | quiet splash
                    bootmode          | unknown-mode   | unknown-mode
                    bootmode          | ''             | ''
                    keyboard_layout   | us++           | us++
                    keyboard_layout   | de+nodeadkeys+ | de+nodeadkeys+
                    keyboard_layout   | us+a_b-9+grp:alt_shift_toggle,x | us+a_b-9+grp:alt_shift_toggle,x
                    devices_denied    | ''             | ''
                    devices_denied    | u03****b****** | b******u03****
                    devices_denied    | b******b****** | b******
                    devices_denied    | ******mffffff  | ! QubesValueError
                    devices_denied    | *******m0a0b0c | *******m0a0b0c
                    mac               | 00:16:3E:5E:6C:AA | 00:16:3e:5e:6c:aa
                    default_dispvm    | throwaway      | throwaway
                    default_dispvm    | ''             | ''
                    management_dispvm | throwaway      | throwaway
                    guivm             | ordinary       | ordinary
                    audiovm           | dom0           | dom0
                    guivm             | ''             | ''
                    memory            | 0              | ! QubesPropertyValueError
                    memory            | -1             | ! QubesPropertyValueError
                    memory            | ''             | ! QubesValueError
                    memory            | many           | ! QubesValueError
                    memory            | 0x10           | ! QubesValueError
                    memory            | 1.5            | ! QubesValueError
                    memory            | 1__0           | ! QubesValueError
                    memory            | _1             | ! QubesValueError
                    memory            | '1 0'          | ! QubesValueError
                    memory            | 2147483648     | ! QubesValueError
                    maxmem            | -100           | ! QubesPropertyValueError
                    maxmem            | ''             | ! QubesValueError
                    vcpus             | 0              | ! QubesPropertyValueError
                    stubdom_mem       | 0              | ! QubesPropertyValueError
                    stubdom_mem       | ''             | ! QubesValueError
                    qrexec_timeout    | -2             | ! QubesPropertyValueError
                    qrexec_timeout    | ''             | ! QubesValueError
                    shutdown_timeout  | 0              | ! QubesPropertyValueError
                    backup_timestamp  | xxx            | ! QubesValueError
                    backup_timestamp  | ''             | ! QubesValueError
                    backup_timestamp  | 9223372036854775808 | ! QubesValueError
                    debug             | xxx            | ! QubesValueError
                    debug             | ''             | ! QubesValueError
                    debug             | ' True'        | ! QubesValueError
                    autostart         | maybe          | ! QubesValueError
                    virt_mode         | True           | ! QubesPropertyValueError
                    virt_mode         | ''             | ! QubesPropertyValueError
                    virt_mode         | ' pv'          | ! QubesPropertyValueError
                    label             | invalid        | ! QubesLabelNotFoundError
                    label             | 123            | ! QubesLabelNotFoundError
                    label             | ''             | ! QubesLabelNotFoundError
                    default_user      | a b            | ! QubesPropertyValueError
                    default_user      | ä              | ! QubesPropertyValueError
                    default_user      | root;          | ! QubesPropertyValueError
                    kernel            | path/in/kernel/property | ! QubesPropertyValueError
                    kernel            | 4.4            | ! QubesPropertyValueError
                    kernel            | broken         | ! QubesPropertyValueError
                    kernel            | ..             | ! QubesPropertyValueError
                    keyboard_layout   | ''             | ! QubesPropertyValueError
                    keyboard_layout   | fr             | ! QubesPropertyValueError
                    keyboard_layout   | fr123++        | ! QubesPropertyValueError
                    keyboard_layout   | fr+???+        | ! QubesPropertyValueError
                    keyboard_layout   | fr++variant?   | ! QubesPropertyValueError
                    keyboard_layout   | fr+a:b+        | ! QubesPropertyValueError
                    keyboard_layout   | ++             | ! QubesPropertyValueError
                    keyboard_layout   | us+++          | ! QubesPropertyValueError
                    keyboard_layout   | é++            | ! QubesPropertyValueError
                    devices_denied    | u03***         | ! QubesValueError
                    devices_denied    | x03****        | ! QubesPropertyValueError
                    devices_denied    | u03***A        | ! QubesPropertyValueError
                    devices_denied    | u03***g        | ! QubesPropertyValueError
                    mac               | invalid        | ! IllegalArgumentException
                    mac               | 123            | ! IllegalArgumentException
                    mac               | ''             | ! IllegalArgumentException
                    mac               | 00:16:3e:5e:6c:00:00 | ! IllegalArgumentException
                    mac               | 00-16-3e-5e-6c-00 | ! IllegalArgumentException
                    mac               | 00:16:3e:5e:6c:0g | ! IllegalArgumentException
                    default_dispvm    | ordinary       | ! QubesPropertyValueError
                    default_dispvm    | nowhere        | ! QubesPropertyValueError
                    management_dispvm | ordinary       | ! QubesPropertyValueError
                    guivm             | nowhere        | ! QubesPropertyValueError
                    qid               | 5              | ! IllegalStateException
                    uuid              | 00000000-0000-4000-8000-000000000000 | ! IllegalStateException
                    name              | other          | ! IllegalStateException
                    klass             | AppVM          | ! QubesPropertyValueError
                    icon              | x              | ! QubesPropertyValueError
                    updateable        | True           | ! QubesPropertyValueError
                    xid               | 3              | ! QubesPropertyValueError
                    stubdom_xid       | 3              | ! QubesPropertyValueError
                    stubdom_uuid      | x              | ! QubesPropertyValueError
                    start_time        | 1              | ! QubesPropertyValueError
                    dns               | 1.2.3.4        | ! QubesPropertyValueError
                    gateway           | 1.2.3.4        | ! QubesPropertyValueError
                    """)
    @DisplayName("a value is stored, or refused and nothing changes")
    void setting(String property, String value, String expected) throws Exception {
        if (expected.startsWith("! ")) {
            SystemState before = scene.qubes().state();
            RuntimeException refusal =
                    assertThrows(
                            RuntimeException.class, () -> Scene.set(vm, property + "=" + value));
            assertEquals(expected.substring(2), refusal.getClass().getSimpleName());
            assertEquals(before, scene.qubes().state());
        } else {
            Scene.set(vm, property + "=" + value);
            assertEquals(expected, Scene.value(vm, property));
            assertEquals(expected, Scene.stored(vm, property));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, true", "5, true", "10000, true", "-1, false", "10001, false"})
    @DisplayName("a qid is a number from 0 to 10000")
    void qid(int qid, boolean legal) {
        if (legal) {
            assertEquals(qid, BaseVM.QID.accept(vm, qid));
        } else {
            assertThrows(IllegalArgumentException.class, () -> BaseVM.QID.accept(vm, qid));
        }
    }

    @Test
    @DisplayName("kernelopts have 512 characters at most; the message says how many there were")
    void longOptions() {
        vm.set(QubesVM.KERNELOPTS, "x".repeat(512));
        QubesPropertyValueError refusal =
                assertThrows(
                        QubesPropertyValueError.class,
                        () -> vm.set(QubesVM.KERNELOPTS, "x".repeat(1024)));
        assertEquals(
                "kernelopts must not be longer than 512 characters, and these are 1024",
                refusal.getMessage());
    }

    @ParameterizedTest(name = "{0} = \"{1}\"")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    default_user     | a b     | default_user has letters, digits and -_+,. only, not 'a b'
                    devices_denied   | x03**** | Interface code list should be in the form chhhhhhchhhhhh...,where c is one of "b", "u", "m", "p", "*" and h is a hexdigit or "*".
                    virt_mode        | xen     | Invalid virtualization mode, supported values: hvm, pv, pvh; not 'xen'
                    kernel           | a/b     | Kernel name cannot contain '/'
                    kernel           | 4.4     | Kernel '4.4' not installed
                    kernel           | broken  | Kernel 'broken' not properly installed: missing 'vmlinuz' file
                    keyboard_layout  | fr      | keyboard_layout needs layout+variant+options, such as us++ or de+nodeadkeys+, not 'fr'
                    backup_timestamp | soon    | Invalid integer: 'soon'
                    memory           | 9999999999 | Integer out of range: '9999999999' has more than 32 bits
                    """)
    @DisplayName("a refusal says what was asked and what is allowed")
    void messages(String property, String value, String message) {
        assertEquals(
                message,
                assertThrows(RuntimeException.class, () -> Scene.set(vm, property + "=" + value))
                        .getMessage());
    }

    @Test
    @DisplayName("a number that may be absent cannot be set to none, only reset")
    void noNumber() {
        assertThrows(
                IllegalArgumentException.class,
                () -> vm.set(QubesVM.BACKUP_TIMESTAMP, Optional.empty()));
        assertThrows(
                IllegalArgumentException.class,
                () -> vm.set(QubesVM.STUBDOM_MEM, Optional.empty()));
        assertTrue(vm.isDefault(QubesVM.BACKUP_TIMESTAMP));
    }

    @ParameterizedTest
    @ValueSource(strings = {"xid", "klass", "icon", "dns", "updateable", "visible_ip"})
    @DisplayName("a reset of what can only be read is accepted, and announced")
    void resetOfReadOnly(String property) throws Exception {
        assertEquals(
                List.of(
                        "work property-pre-reset:" + property,
                        "work property-pre-del:" + property,
                        "work property-reset:" + property,
                        "work property-del:" + property),
                scene.heard(() -> Scene.reset(vm, property)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "qid", "uuid"})
    @DisplayName("what can be written once can neither be set again nor reset")
    void writeOnce(String property) throws Exception {
        assertEquals(
                List.of(),
                scene.heard(
                        () ->
                                assertThrows(
                                        IllegalStateException.class,
                                        () -> Scene.reset(vm, property))));
    }

    @Test
    @DisplayName("the kernel is looked for once listeners have heard of the change to come")
    void missingKernelIsRefusedInThePrePhase() throws Exception {
        assertEquals(
                List.of("work property-pre-set:kernel"),
                scene.heard(
                        () ->
                                assertThrows(
                                        QubesPropertyValueError.class,
                                        () -> vm.set(QubesVM.KERNEL, "4.4"))));
        assertEquals(
                List.of(),
                scene.heard(
                        () ->
                                assertThrows(
                                        QubesPropertyValueError.class,
                                        () -> vm.set(QubesVM.KERNEL, "a/b"))));
    }

    @Test
    @DisplayName("arguments of the constructor are checked by the setters, not by the pre-phase")
    void constructorArguments() {
        assertThrows(
                QubesPropertyValueError.class,
                () -> scene.create("PlainVM", "a", "management_dispvm=ordinary"));
        assertThrows(
                QubesPropertyValueError.class,
                () -> scene.create("PlainVM", "a", "default_dispvm=ordinary"));
        assertThrows(
                QubesPropertyValueError.class, () -> scene.create("PlainVM", "a", "kernel=a/b"));
        Scene.set(scene.named("ordinary"), "template_for_dispvms=True");
        BaseVM made =
                scene.create(
                        "PlainVM",
                        "a",
                        "management_dispvm=ordinary",
                        "default_dispvm=ordinary",
                        "kernel=not-installed");
        assertEquals("ordinary", Scene.value(made, "management_dispvm"));
        assertEquals("ordinary", Scene.value(made, "default_dispvm"));
        assertEquals("not-installed", Scene.value(made, "kernel"));
        assertEquals(Optional.of(new DomainName("ordinary")), made.get(QubesVM.DEFAULT_DISPVM));
    }

    @Test
    @DisplayName("pvh is refused while a PCI device is assigned")
    void pvhWithPci() {
        scene.assignPci(vm, "*");
        assertThrows(QubesPropertyValueError.class, () -> Scene.set(vm, "virt_mode=PVH"));
        Scene.set(vm, "virt_mode=pv");
        assertEquals("pv", Scene.value(vm, "virt_mode"));
    }
}
