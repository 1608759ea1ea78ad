from django.views.generic import ListView

from .models import Product


class ProductList(ListView):
    queryset = Product.objects.published().select_related("owner")
    paginate_by = 20
