// Of all variants that were written into the new project, the chosen one becomes the project's own.
import java.nio.file.Files
import java.nio.file.Paths

def project = Paths.get(request.outputDirectory, request.artifactId)
def variants = project.resolve('variants')
variants.resolve(request.properties['variant']).toFile().eachFile { file ->
    Files.move(file.toPath(), project.resolve(file.name))
}
variants.toFile().deleteDir()
