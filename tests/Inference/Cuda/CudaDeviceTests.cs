using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Tests.Cuda;

public sealed class CudaDeviceTests
{
    [Fact]
    public void An_identity_reads_as_nvidia_smi_prints_it()
    {
        byte[] uuid = [0x5c, 0x8f, 0x3a, 0x6e, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0xff];
        CudaDevice.FormatUuid("NVIDIA H200", uuid).ShouldBe("GPU-5c8f3a6e-0102-0304-0506-0708090a0bff");
        CudaDevice.FormatUuid("NVIDIA H200 MIG 1g.18gb", uuid).ShouldBe("MIG-5c8f3a6e-0102-0304-0506-0708090a0bff");
    }

    [Fact]
    public void Without_a_driver_there_are_no_cards()
    {
        Assert.SkipWhen(CudaLibrary.IsPresent(CudaLibrary.Cuda), "this machine has a CUDA driver");
        CudaDevice.Enumerate().ShouldBeEmpty();
        CudaDevice.CudaVersion.ShouldBeNull();
        CudaDevice.DriverVersion.ShouldBeNull();
    }

    [Fact]
    public void The_driver_s_answers_become_errors_with_their_names()
    {
        var full = CudaError.Of(CudaError.OutOfMemory, "cuMemAlloc", "CUDA_ERROR_OUT_OF_MEMORY", "out of memory");
        full.Code.ShouldBe(InferenceErrorCodes.OutOfMemory);
        full.Message.ShouldBe("cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY (out of memory)");
        var unknown = CudaError.Of(4711, "cuLaunchKernel", name: null, text: null);
        unknown.Code.ShouldBe(InferenceErrorCodes.Cuda);
        unknown.Message.ShouldBe("cuLaunchKernel: status 4711");
    }
}
