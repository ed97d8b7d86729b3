using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Tests.Cuda;

public sealed class CublasLtLayoutTests
{
    [Fact]
    public void Structures_lie_as_cublasLt_h_declares_them()
    {
        Unsafe.SizeOf<MatmulAlgorithm>().ShouldBe(64);
        Unsafe.SizeOf<MatmulHeuristic>().ShouldBe(96);
        Marshal.OffsetOf<MatmulHeuristic>(nameof(MatmulHeuristic.WorkspaceBytes)).ShouldBe(64);
        Marshal.OffsetOf<MatmulHeuristic>(nameof(MatmulHeuristic.State)).ShouldBe(72);
        Marshal.OffsetOf<MatmulHeuristic>(nameof(MatmulHeuristic.Waves)).ShouldBe(76);
    }

    [Fact]
    public void Shapes_share_an_algorithm_whatever_their_strides_and_without_regard_to_rows_where_rows_must_not_matter()
    {
        var shape = new MatMulShape(7, 100, 50, DType.BFloat16, float32Output: false);
        var strided = shape with { XStride = 64, OutputStride = 128 };
        var taller = shape with { Rows = 8 };
        var free = new MatMulAlgorithms(0, 0, deterministicRows: false, 256);
        free.KeyOf(strided).ShouldBe(free.KeyOf(shape));
        free.KeyOf(taller).ShouldNotBe(free.KeyOf(shape));
        var bound = new MatMulAlgorithms(0, 0, deterministicRows: true, 256);
        bound.KeyOf(taller).ShouldBe(bound.KeyOf(shape));
        bound.KeyOf(shape with { Bias = true }).ShouldNotBe(bound.KeyOf(shape));
        bound.Limits.SplitK.ShouldBeFalse();
    }

    [Fact]
    public void Outputs_have_the_inputs_type_unless_float32_is_asked_for()
    {
        var shape = new MatMulShape(1, 1, 1, DType.BFloat16, float32Output: false);
        (shape.InputType, shape.OutputType, shape.OutputBytes).ShouldBe((14, 14, 2));
        var wide = shape with { Type = DType.Float16, Float32Output = true };
        (wide.InputType, wide.OutputType, wide.OutputBytes).ShouldBe((2, 0, 4));
        (shape with { Type = DType.Float32 }).OutputType.ShouldBe(0);
        Should.Throw<NotSupportedException>(() => (shape with { Type = DType.Int8 }).InputType);
    }
}
