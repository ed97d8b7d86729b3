namespace Serverless.Inference.Kernels.Cuda;

/// <summary>The libraries beside the driver that engines on a card need.</summary>
public static class CudaLibraries
{
    /// <summary>The version of NVRTC, which compiles kernels: 13.0.</summary>
    /// <exception cref="InferenceException">It is not there; says where it was looked for and what to install.</exception>
    public static Version Nvrtc => Cuda.Nvrtc.Version;

    /// <summary>The version of cuBLASLt, which multiplies matrices: 13.1.0.</summary>
    /// <exception cref="InferenceException">It is not there; says where it was looked for and what to install.</exception>
    public static Version CublasLt => Cuda.CublasLt.Version;
}
