using System.Text;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>The kernels' sources, which the assembly carries.</summary>
internal static class CudaSource
{
    /// <summary>Compiles source files, one behind the other.</summary>
    /// <param name="context">The card.</param>
    /// <param name="name">For messages.</param>
    /// <param name="files">The files of the folder Source.</param>
    /// <param name="type">The activations' type.</param>
    /// <param name="options">Options of the compiler.</param>
    /// <exception cref="InferenceException">NVRTC is missing, or the source does not compile.</exception>
    public static CudaModule Compile(CudaContext context, string name, ReadOnlySpan<string> files, DType type, params string[] options)
    {
        var source = new StringBuilder();
        foreach (string file in files)
        {
            // Messages of the compiler name the file.
            source.Append("#line 1 \"").Append(file).Append("\"\n").Append(Read(file));
        }

        return CudaModule.Compile(context, name, source.ToString(), [$"-DACT={Layout.Code(type)}", .. options], overlaps: true);
    }

    private static string Read(string file)
    {
        using var stream = typeof(CudaSource).Assembly.GetManifestResourceStream($"Serverless.Inference.Kernels.Cuda.Source.{file}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
