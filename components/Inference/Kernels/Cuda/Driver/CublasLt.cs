using System.Runtime.InteropServices;

namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// cuBLASLt, as cublasLt.h declares it (versions 12 and 13): each function has its C name and answers with a cublasStatus_t. Handles and
/// descriptors are nints.
/// </summary>
internal static unsafe partial class CublasLt
{
    /// <summary>CUBLAS_STATUS_ALLOC_FAILED.</summary>
    public const int AllocationFailed = 3;

    /// <summary>CUBLAS_STATUS_NOT_SUPPORTED.</summary>
    public const int NotSupported = 15;

    /// <summary>CUBLAS_COMPUTE_32F of cublasComputeType_t: products and sums in float32, without TF32.</summary>
    public const int ComputeFloat32 = 68;

    /// <summary>CUBLAS_OP_T of cublasOperation_t.</summary>
    public const int Transposed = 1;

    /// <summary>CUBLASLT_EPILOGUE_BIAS of cublasLtEpilogue_t: adds a number to each row of a column-major output.</summary>
    public const int EpilogueBias = 4;

    /// <summary>CUBLASLT_REDUCTION_SCHEME_NONE as a mask: no algorithm that splits K.</summary>
    public const uint NoSplitK = 0;

    static CublasLt() => CudaLibrary.Register();

    /// <summary>Its version: 13.1.0.</summary>
    public static Version Version => new(Property(0), Property(1), Property(2));

    /// <summary>Throws unless <paramref name="status"/> says that all is well.</summary>
    /// <exception cref="InferenceException">cuBLASLt answered with an error.</exception>
    public static void Check(int status, string call)
    {
        if (status != 0) throw Of(status, call);
    }

    /// <summary>The error that an answer stands for.</summary>
    public static InferenceException Of(int status, string call) => new(
        status == AllocationFailed ? InferenceErrorCodes.OutOfMemory : InferenceErrorCodes.Cuda,
        $"{call}: {Marshal.PtrToStringUTF8((nint)cublasLtGetStatusName(status)) ?? $"status {status}"}");

    /// <param name="type">A libraryPropertyType: 0 major version, 1 minor version, 2 patch level.</param>
    /// <param name="value">Receives it.</param>
    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtGetProperty(int type, int* value);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial byte* cublasLtGetStatusName(int status);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtCreate(nint* handle);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtDestroy(nint handle);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatmulDescCreate(nint* descriptor, int computeType, int scaleType);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatmulDescSetAttribute(nint descriptor, MatmulDescriptorAttribute attribute, void* value, nuint bytes);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatmulDescDestroy(nint descriptor);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatrixLayoutCreate(nint* layout, int type, ulong rows, ulong columns, long leadingDimension);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatrixLayoutDestroy(nint layout);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatmulPreferenceCreate(nint* preference);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatmulPreferenceSetAttribute(nint preference, PreferenceAttribute attribute, void* value, nuint bytes);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatmulPreferenceDestroy(nint preference);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatmulAlgoGetHeuristic(
        nint handle, nint descriptor, nint a, nint b, nint c, nint d, nint preference, int requested, MatmulHeuristic* results, int* found);

    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatmulAlgoCheck(
        nint handle, nint descriptor, nint a, nint b, nint c, nint d, MatmulAlgorithm* algorithm, MatmulHeuristic* result);

    /// <summary>d = alpha * op(a) * op(b) + beta * c, column-major, with the descriptor's epilogue.</summary>
    [LibraryImport(CudaLibrary.CublasLt)]
    internal static partial int cublasLtMatmul(
        nint handle, nint descriptor, void* alpha, ulong a, nint aLayout, ulong b, nint bLayout, void* beta, ulong c, nint cLayout,
        ulong d, nint dLayout, MatmulAlgorithm* algorithm, ulong workspace, nuint workspaceBytes, nint stream);

    private static int Property(int type)
    {
        int value;
        Check(cublasLtGetProperty(type, &value), nameof(cublasLtGetProperty));
        return value;
    }
}

/// <summary>cublasLtMatmulDescAttributes_t.</summary>
internal enum MatmulDescriptorAttribute
{
    /// <summary>CUBLASLT_MATMUL_DESC_TRANSA: a cublasOperation_t.</summary>
    TransA = 3,

    /// <summary>CUBLASLT_MATMUL_DESC_TRANSB: a cublasOperation_t.</summary>
    TransB = 4,

    /// <summary>CUBLASLT_MATMUL_DESC_EPILOGUE: a cublasLtEpilogue_t.</summary>
    Epilogue = 7,

    /// <summary>CUBLASLT_MATMUL_DESC_BIAS_POINTER: an address on the card.</summary>
    BiasPointer = 8,

    /// <summary>CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE: a cudaDataType.</summary>
    BiasType = 26,
}

/// <summary>cublasLtMatmulPreferenceAttributes_t.</summary>
internal enum PreferenceAttribute
{
    /// <summary>CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES: 64 bits.</summary>
    MaxWorkspaceBytes = 1,

    /// <summary>CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK: 32 bits.</summary>
    ReductionSchemeMask = 3,

    /// <summary>CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, and those of B, C and D behind it: 32 bits.</summary>
    MinAlignmentA = 5,

    /// <summary>CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES.</summary>
    MinAlignmentB = 6,

    /// <summary>CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES.</summary>
    MinAlignmentC = 7,

    /// <summary>CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES.</summary>
    MinAlignmentD = 8,
}

/// <summary>cublasLtMatmulAlgo_t: eight 64-bit words that only cuBLASLt reads.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct MatmulAlgorithm
{
    // For the alignment of eight bytes.
    private ulong first;

    /// <summary>Whether anything was written into it; for a debugger.</summary>
    public readonly bool IsEmpty => first == 0;
}

/// <summary>cublasLtMatmulHeuristicResult_t, 96 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 96)]
internal struct MatmulHeuristic
{
    /// <summary>The algorithm.</summary>
    public MatmulAlgorithm Algorithm;

    /// <summary>Bytes of workspace that it takes.</summary>
    public nuint WorkspaceBytes;

    /// <summary>A cublasStatus_t; the rest means something only if it is 0.</summary>
    public int State;

    /// <summary>How many turns of the whole card it takes.</summary>
    public float Waves;
}
