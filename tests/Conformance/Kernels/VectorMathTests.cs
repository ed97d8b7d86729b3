using System.Runtime.Intrinsics;
using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Conformance.Tests.Kernels;

public sealed class VectorMathTests
{
    [Fact]
    public void The_exponential_function_is_exact_to_2e_7_over_its_whole_range()
    {
        double worst = 0;
        for (float x = -87; x < 88; x += 0.00173f)
        {
            float actual = VectorMath.Exp<Simd128, Vector128<float>>(Vector128.Create(x))[0];
            worst = Math.Max(worst, Math.Abs((actual / Math.Exp(x)) - 1));
        }

        worst.ShouldBeInRange(1e-9, 2e-7);
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(float.NaN, float.NaN)]
    public void Special_arguments_of_the_exponential_function(float x, float expected) =>
        VectorMath.Exp<Simd128, Vector128<float>>(Vector128.Create(x))[3].ShouldBe(expected);

    [Fact]
    public void Arguments_out_of_range_give_finite_positive_numbers()
    {
        foreach (float x in (float[])[float.NegativeInfinity, -1000, 1000, float.PositiveInfinity])
        {
            float actual = VectorMath.Exp<Simd128, Vector128<float>>(Vector128.Create(x))[1];
            float.IsNormal(actual).ShouldBeTrue();
            (actual > 0).ShouldBeTrue();
        }
    }
}
