using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Tests.Cuda;

public sealed class CudaLibraryTests
{
    [Fact]
    public void A_library_is_looked_for_by_name_and_then_in_the_toolkit_s_folders()
    {
        File(variables: [("CUDA_PATH", "/a"), ("CUDA_HOME", "/b")]).Candidates().ShouldBe(
        [
            "libx.so.13", "libx.so.12",
            "/a/lib64/libx.so.13", "/a/lib64/libx.so.12", "/a/targets/x86_64-linux/lib/libx.so.13", "/a/targets/x86_64-linux/lib/libx.so.12",
            "/b/lib64/libx.so.13", "/b/lib64/libx.so.12", "/b/targets/x86_64-linux/lib/libx.so.13", "/b/targets/x86_64-linux/lib/libx.so.12",
            "/usr/local/cuda/lib64/libx.so.13", "/usr/local/cuda/lib64/libx.so.12",
            "/usr/local/cuda/targets/x86_64-linux/lib/libx.so.13", "/usr/local/cuda/targets/x86_64-linux/lib/libx.so.12",
        ]);
    }

    [Fact]
    public void A_library_that_is_missing_is_an_error_that_says_where_it_was_looked_for()
    {
        var error = Should.Throw<InferenceException>(() => File().Load());
        error.Code.ShouldBe(InferenceErrorCodes.Cuda);
        error.Message.ShouldBe(
            "X was not found: looked for libx.so.13, libx.so.12 in the loader's folders (LD_LIBRARY_PATH and the system's) and in "
            + "/usr/local/cuda/lib64, /usr/local/cuda/targets/x86_64-linux/lib. Install X.");
    }

    [Fact]
    public void The_first_that_opens_is_kept()
    {
        var file = File("/usr/local/cuda/lib64/libx.so.12");
        file.Load().ShouldBe(7);
        file.Load().ShouldBe(7);
        opened.Count.ShouldBe(4);
    }

    [Fact]
    public void Calling_a_library_that_is_not_there_says_so()
    {
        Assert.SkipWhen(CudaLibrary.IsPresent(CudaLibrary.CublasLt), "this machine has cuBLASLt");
        Should.Throw<InferenceException>(() => CublasLt.Version).Message.ShouldStartWith("cuBLASLt was not found: looked for libcublasLt.so.13");
    }

    private readonly List<string> opened = [];

    private NativeLibraryFile File(string? present = null, params (string Name, string Value)[] variables) => new("X", ["libx.so.13", "libx.so.12"], "Install X.")
    {
        Open = path =>
        {
            opened.Add(path);
            return path == present ? 7 : 0;
        },
        Variable = name => variables.FirstOrDefault(variable => variable.Name == name).Value,
    };
}
