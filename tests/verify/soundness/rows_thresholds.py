"""Every threshold, in the network or in the claim, has points on both sides, however small or large it is."""

from .rows import Group

N, UNIT = {"shape": ["n"]}, {"shape": ["n"], "facts": [["between", 0, 1]]}
HUBER = "where(abs(x) <= 10, x, 10*sign(x))"

GROUPS = [
    Group(
        "Huber's loss with a late bend",
        {"x": N},
        "L = sum(where(abs(x) <= 10, x**2/2, 10*abs(x) - 50))",
        (
            ("dL/dx = x", "not accepted"),
            (f"dL/dx = {HUBER}", "holds"),
            ("dL/dx = clip(x, -10, 10)", "holds"),
            ("dL/dx = clip(x, -11, 11)", "not accepted"),
            ("dL/dx = minimum(x, 10)", "not accepted"),
            ("dL/dx = maximum(x, -10)", "not accepted"),
        ),
    ),
    Group(
        "a square of clipped values",
        {"z": N},
        "L = sum(clip(z,-8,8)**2)",
        (
            ("dL/dz = 2*z", "not accepted"),
            ("dL/dz = 2*clip(z,-8,8)", "not accepted"),
            ("dL/dz = 2*z*(abs(z) < 8)", "holds"),
            ("dL/dz = where(abs(z) <= 8, 2*z, 0)", "holds"),
            ("dL/dz = where(abs(z) <= 7, 2*z, 0)", "not accepted"),
        ),
    ),
    Group(
        "a rectifier with a ceiling",
        {"x": N},
        "L = sum(minimum(maximum(x,0),8))",
        (
            ("dL/dx = x > 0", "not accepted"),
            ("dL/dx = where(x > 0, 1, 0)*where(x < 8, 1, 0)", "holds"),
            ("dL/dx = where(x > 0, 1, 0)*where(x < 80, 1, 0)", "not accepted"),
        ),
    ),
    Group(
        "a hinge that is far away",
        {"d": N},
        "L = sum(maximum(0,30-d)**2)",
        (
            ("dL/dd = -2*(30-d)", "not accepted"),
            ("dL/dd = -2*maximum(0,30-d)", "holds"),
            ("dL/dd = -2*(30-d)*(d<30)", "holds"),
            ("dL/dd = -2*(30-d)*(d<300)", "not accepted"),
        ),
    ),
    Group(
        "a hinge on the other side",
        {"x": N},
        "L = sum(maximum(0, x-20))",
        (("dL/dx = zeros(n)", "not accepted"), ("dL/dx = x > 20", "holds"), ("dL/dx = x > 21", "not accepted"), ("L = 0", "not accepted")),
    ),
    Group(
        "a clipped gradient",
        {"g": N, "w": N},
        "L = sum(w*g*minimum(1,100/norm(g)))",
        (("dL/dw = g", "not accepted"), ("dL/dw = g*minimum(1,100/norm(g))", "holds"), ("dL/dw = g*minimum(1,50/norm(g))", "not accepted")),
    ),
    Group(
        "a choice at 7",
        {"w": N},
        "L = sum(where(w>7,w,2*w))",
        (
            ("dL/dw = 2*ones(n)", "not accepted"),
            ("dL/dw = where(w>7,1,2)", "holds"),
            ("dL/dw = where(w>7.01,1,2)", "not accepted"),
            ("L = 2*sum(w)", "not accepted"),
        ),
    ),
    Group(
        "a distance to 20",
        {"w": N},
        "L = sum(abs(w-20))",
        (("dL/dw = -ones(n)", "not accepted"), ("dL/dw = sign(w-20)", "holds"), ("L = 20*n - sum(w)", "not accepted")),
    ),
    Group(
        "a rectified sum",
        {"w": N},
        "L = relu(sum(w)-500)",
        (
            ("dL/dw = zeros(n)", "not accepted"),
            ("L = 0", "not accepted"),
            ("dL/dw = ones(n)*(sum(w)>500)", "holds"),
            ("dL/dw = ones(n)*(sum(w)>600)", "not accepted"),
        ),
    ),
    Group(
        "clipped probabilities",
        {"p": UNIT, "y": N},
        "q = clip(p,0.001,0.999); L = -sum(y*log(q))",
        (
            ("dL/dp = -y/p", "not accepted"),
            ("dL/dp = -y/p*(p>0.001)*(p<0.999)", "not refuted"),
            ("dL/dp = -y/p*(p>0.001)", "not accepted"),
            ("dL/dp = -y/q", "not accepted"),
        ),
    ),
    Group(
        "a tiny floor",
        {"p": UNIT, "w": N},
        "L = sum(w*maximum(p,1e-7))",
        (("dL/dw = p", "not accepted"), ("dL/dw = maximum(p,1e-7)", "holds"), ("dL/dw = maximum(p,1e-6)", "not accepted")),
    ),
    Group(
        "a positive number below a hundredth",
        {"a": {"facts": ["positive"]}, "w": {}},
        "L = where(a<0.01,w,w**2)",
        (("dL/dw = 2*w", "not accepted"), ("dL/dw = where(a<0.01,1,2*w)", "holds"), ("dL/dw = where(a<0.02,1,2*w)", "not accepted")),
    ),
    Group(
        "a dead zone",
        {"w": {}},
        "L = where(abs(w)<1e-3,5,w)",
        (
            ("L = w", "not accepted"),
            ("dL/dw = 1", "not accepted"),
            ("dL/dw = where(abs(w)<1e-3,0,1)", "holds"),
            ("L = where(abs(w)<1e-4,5,w)", "not accepted"),
        ),
    ),
    Group("an angle", {"w": {}}, "L = arctan2(sin(w), cos(w))", (("L = w", "not accepted"), ("L = arctan2(sin(w), cos(w))", "proved"))),
    Group(
        "a bounded exponential",
        {"w": {}},
        "L = minimum(exp(w),1000)",
        (
            ("L = exp(w)", "not accepted"),
            ("dL/dw = exp(w)", "not accepted"),
            ("dL/dw = exp(w)*(exp(w)<1000)", "holds"),
            ("dL/dw = exp(w)*(w<log(1000))", "holds"),
        ),
    ),
    Group(
        "a narrow bell",
        {"w": {}},
        "L = exp(-1e6*w**2)",
        (
            ("L = 0", "not accepted"),
            ("dL/dw = 0", "not accepted"),
            ("dL/dw = -2e6*w*exp(-1e6*w**2)", "holds"),
            ("dL/dw = -2e6*w*L", "holds"),
        ),
    ),
    Group(
        "a soft threshold",
        {"x": N},
        "L = sum(maximum(abs(x) - 0.01, 0))",
        (
            ("dL/dx = sign(x)", "not accepted"),
            ("dL/dx = sign(x)*(abs(x) > 0.01)", "holds"),
            ("dL/dx = sign(x)*(abs(x) > 0.001)", "not accepted"),
        ),
    ),
    Group(
        "a rectifier",
        {"x": N},
        "L = sum(maximum(x, 0))",
        (
            ("dL/dx = x > 0.04", "not accepted"),
            ("dL/dx = x > -0.04", "not accepted"),
            ("dL/dx = x > 1e-3", "not accepted"),
            ("dL/dx = x > 1e-9", "not accepted"),
            ("dL/dx = x > 0", "proved"),
            ("dL/dx = where(x > 0, 1, 0) + where(x > 500, 1, 0)", "not accepted"),
            ("dL/dx = where(x > 0, 1, 0) + where(x > 1000, 1, 0)", "not accepted"),
            ("dL/dx = where(x > 0, 1, 0)*where(x < 1e5, 1, 0)", "not accepted"),
        ),
    ),
    Group(
        "claims that bend far out",
        {"x": N},
        "L = sum(x**2)",
        (
            ("dL/dx = 2*x + where(x > 100, 1, 0)", "not accepted"),
            ("dL/dx = 2*x + relu(max(x) - 30)", "not accepted"),
            ("dL/dx = 2*x + where(max(abs(x)) < 1e-9, 1, 0)", "not accepted"),
            ("dL/dx = 2*x + where(norm(x) > 500, 1, 0)", "not accepted"),
            ("dL/dx = 2*x + where(exp(x) > 1e6, 1, 0)", "not accepted"),
            ("dL/dx = 2*x + where(sum(abs(x)) > 1000, x, 0)", "not accepted"),
            ("dL/dx = 2*x + where(exp(x) < 0, 1, 0)", "holds"),
            ("dL/dx = 2*x + where(x**2 < 0, 1, 0)", "holds"),
            ("dL/dx = 2*x + where(x**2 < -5, x, 0)", "holds"),
            (r"\frac{\partial L}{\partial x_i} = 2x_i + [x_i > 100]", "not accepted"),
            (r"\frac{\partial L}{\partial x_i} = 2x_i + [x_i^2 < 10^{-4}]", "not accepted"),
            (r"\frac{\partial L}{\partial x_i} = \begin{cases} 2x_i & x_i < 40 \\ x_i & x_i \ge 40 \end{cases}", "not accepted"),
        ),
    ),
    Group(
        "thresholds inside sums, norms and exponentials",
        {"x": N, "w": {}},
        "L = w*exp(-sum(maximum(abs(x) - 12, 0)))",
        (
            ("dL/dw = 1", "not accepted"),
            ("L = w", "not accepted"),
            ("dL/dw = exp(-sum(maximum(abs(x) - 12, 0)))", "proved"),
            ("dL/dw = exp(-sum(maximum(x - 12, 0)))", "not accepted"),
            ("dL/dw = exp(-sum(where(abs(x) > 12, abs(x) - 12, 0)))", "holds"),
        ),
    ),
    Group(
        "a threshold on a norm",
        {"x": N, "w": N},
        "L = sum(w*x)*where(norm(x) > 40, 2, 1)",
        (
            ("dL/dw = x", "not accepted"),
            ("dL/dw = x*where(norm(x) > 40, 2, 1)", "proved"),
            ("dL/dw = x*where(norm(x) > 41, 2, 1)", "not accepted"),
        ),
    ),
    Group(
        "two thresholds beside each other",
        {"x": {}, "w": {}},
        "L = w*where(x > 3, 1, 0)",
        (
            ("dL/dw = where(x > 3.0001, 1, 0)", "not accepted"),
            ("dL/dw = where(x > 3, 1, 0)", "proved"),
            ("dL/dw = where(x >= 3, 1, 0)", "not accepted"),
            ("dL/dw = 1 - where(x <= 3, 1, 0)", "proved"),
        ),
    ),
]
