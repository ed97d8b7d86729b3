namespace Serverless.Inference.Kernels.Cuda;

/// <summary>
/// Which algorithm computes which product. Where rows must not depend on their batch, all numbers of rows of one weight share one
/// algorithm without split K: it adds each output's products in one order.
/// </summary>
/// <param name="library">A cublasLtHandle_t.</param>
/// <param name="workspaceBytes">Workspace that algorithms may take.</param>
/// <param name="deterministicRows">Whether rows must not depend on their batch.</param>
/// <param name="referenceRows">The number of rows for which the one algorithm is chosen in that case.</param>
internal sealed class MatMulAlgorithms(nint library, long workspaceBytes, bool deterministicRows, int referenceRows)
{
    // How far down cuBLASLt's list the search for an algorithm that fits all numbers of rows goes.
    private const int Considered = 16;

    private readonly Dictionary<MatMulShape, MatmulAlgorithm> chosen = [];

    /// <summary>What algorithms may use.</summary>
    public MatMulLimits Limits { get; } = new(workspaceBytes, SplitK: !deterministicRows);

    /// <summary>All shapes that share an algorithm have one key.</summary>
    public MatMulShape KeyOf(MatMulShape shape) => deterministicRows ? shape.WithoutStrides() with { Rows = 0 } : shape.WithoutStrides();

    /// <summary>The plan's algorithm: what was chosen before, else cuBLASLt's own first choice.</summary>
    /// <exception cref="InferenceException">cuBLASLt has none.</exception>
    public MatmulAlgorithm For(MatMulPlan plan)
    {
        var key = KeyOf(plan.Shape);
        if (chosen.TryGetValue(key, out var known))
        {
            if (plan.Fits(known, Limits)) return known;
            if (deterministicRows) throw None(plan.Shape, $"the algorithm that was chosen for {referenceRows} rows does not take this shape, and batch_invariant allows no other");
        }
        else if (deterministicRows)
        {
            using var reference = new MatMulPlan(library, plan.Shape.WithoutStrides() with { Rows = referenceRows });
            foreach (var candidate in reference.Candidates(Limits, Considered))
            {
                if (plan.Fits(candidate, Limits) && Take(plan.Shape, candidate)) return candidate;
            }

            throw None(plan.Shape, "none without split K takes every number of rows");
        }

        return plan.Candidates(Limits, 1) is [var first, ..] ? first : throw None(plan.Shape, "cuBLASLt lists none");
    }

    /// <summary>Makes an algorithm that one of the products.</summary>
    /// <returns>False if it does not fit all products of the key; nothing changes then.</returns>
    public bool Take(MatMulShape shape, MatmulAlgorithm algorithm)
    {
        int[] rows = deterministicRows ? [1, referenceRows, shape.Rows] : [shape.Rows];
        if (!rows.All(count => FitsRows(shape.WithoutStrides() with { Rows = count }, algorithm))) return false;
        chosen[KeyOf(shape)] = algorithm;
        return true;
    }

    private bool FitsRows(MatMulShape shape, MatmulAlgorithm algorithm)
    {
        using var plan = new MatMulPlan(library, shape);
        return plan.Fits(algorithm, Limits);
    }

    private static InferenceException None(MatMulShape shape, string why) =>
        new(InferenceErrorCodes.Cuda, $"There is no algorithm for {shape}: {why}.");
}
