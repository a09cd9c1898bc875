package qubes.core.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spec exceptions.md §2: the names that clients know, and what they are. */
class HierarchyTest {
    @ParameterizedTest(name = "{0} is a {1}")
    @CsvSource({
        "QubesException, RuntimeException",
        "ProtocolError, RuntimeException",
        "PermissionDenied, RuntimeException",
        "QubesVMNotFoundError, QubesException",
        "QubesVMInvalidUUIDError, QubesException",
        "QubesVMAlreadyExistsError, QubesException",
        "QubesVMError, QubesException",
        "QubesVMInUseError, QubesVMError",
        "QubesVMNotStartedError, QubesVMError",
        "QubesVMNotRunningError, QubesVMNotStartedError",
        "QubesVMNotPausedError, QubesVMNotStartedError",
        "QubesVMCancelledPauseError, QubesVMError",
        "QubesVMNotSuspendedError, QubesVMError",
        "QubesVMNotHaltedError, QubesVMError",
        "QubesVMShutdownTimeoutError, QubesVMError",
        "QubesNoTemplateError, QubesVMError",
        "QubesMemoryError, QubesVMError",
        "QubesPoolInUseError, QubesException",
        "QubesValueError, QubesException",
        "QubesPropertyValueError, QubesValueError",
        "QubesNoSuchPropertyError, QubesException",
        "QubesNotImplementedError, QubesException",
        "QubesBackupProfileNotFoundError, QubesException",
        "BackupCancelledError, QubesException",
        "BackupAlreadyRunningError, QubesException",
        "QubesFeatureNotFoundError, QubesException",
        "QubesTagNotFoundError, QubesException",
        "QubesLabelNotFoundError, QubesException",
        "DeviceNotAssigned, QubesException",
        "DeviceNotFound, QubesException",
        "DeviceAlreadyAttached, QubesException",
        "DeviceAlreadyAssigned, QubesException",
        "UnrecognizedDevice, QubesException",
        "UnexpectedDeviceProperty, QubesException",
        "QubesUnrecognizedDeviceAssignmentMode, ProtocolError",
        "StoragePoolException, QubesException",
        "QubesVolumeCopyTokenNotFoundError, ProtocolError",
        "QubesVolumeCopyInUseError, QubesException",
        "QubesVolumeRevisionNotFoundError, NoSuchElementException",
        "QubesPoolNotFoundError, NoSuchElementException",
        "QubesVolumeNotFoundError, NoSuchElementException",
        "QubesInvalidTagError, ProtocolError",
        "QubesInvalidLabelError, ProtocolError",
        "QubesInvalidLabelValueError, ProtocolError",
        "QubesLabelInUseError, QubesException",
    })
    @DisplayName("An error has the name and the parent that clients know")
    void parentIsKnown(String name, String parent) throws ClassNotFoundException {
        Class<?> type = Class.forName("qubes.core.error." + name);
        assertEquals(parent, type.getSuperclass().getSimpleName());
        assertEquals(name, type.getSimpleName());
    }
}
