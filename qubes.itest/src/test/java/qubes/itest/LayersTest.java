package qubes.itest;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;

@AnalyzeClasses(locations = Modules.Classes.class)
class LayersTest {
    @ArchTest static final ArchTests RULES = ArchTests.in(Layers.class);
}
